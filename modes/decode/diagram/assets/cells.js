// What is written in a row.
function span(ms) {
  if (!(ms >= 0)) return '';
  if (ms < 1) return ms === 0 ? '0 ms' : ms.toFixed(2) + ' ms';
  if (ms < 1000) return +ms.toPrecision(3) + ' ms';
  if (ms < 60e3) return +(ms / 1000).toPrecision(3) + ' s';
  if (ms < 3600e3) return Math.floor(ms / 60e3) + ' min ' + Math.floor(ms % 60e3 / 1000) + ' s';
  return Math.floor(ms / 3600e3) + ' h ' + Math.floor(ms % 3600e3 / 60e3) + ' min';
}

const many = (n, noun) => n.toLocaleString('en') + ' ' + noun + (n === 1 ? '' : 's');

// counted is how many sessions there are, and logins that made none.
function counted() {
  const refused = sessions.filter((s) => s.refused && !s.id).length;
  const rest = sessions.length - refused;
  const parts = [];
  if (rest || !refused) parts.push(many(rest, 'session'));
  if (refused) parts.push(many(refused, 'refused login'));
  return parts.join(', ');
}

const fact = (f, name) => (f.facts.find((p) => p[0] === name) || [])[1] || '';

// notes are the remarks on a frame, each a text.
function notes(f) {
  const list = [];
  if (f.refused) list.push('refused');
  if (f.closed) list.push('closed by the server');
  if (f.unread) list.push(f.status);
  if (f.lost) list.push('no answer');
  if (f.again) list.push('sent again');
  if (f.note) list.push(f.note);
  for (const [name, text] of f.facts) list.push(name ? name + '=' + text : text);
  return list;
}

// said is what stands on the arrow.
function said(f) {
  switch (f.type) {
    case 'HELLO': return ['HELLO', fact(f, 'user')];
    case 'HELLO_ACK': return ['HELLO_ACK', f.id ? 'session ' + f.id : ''];
    case 'DATA_REQUEST': return ['request', f.seq];
    case 'DATA_RESPONSE': return f.text ? ['', f.text] : ['answer ' + f.seq, f.status];
    case 'CLOSE': return ['CLOSE', f.refused ? 'refused' : ''];
  }
  return [f.type || 'frame', f.status];
}

function gapText(f) {
  const { from, to, ms } = f.gap;
  const parts = [];
  if (ms) parts.push('silence of ' + span(ms));
  if (to > from) parts.push('sequences ' + from + ' to ' + to + ' are not in the capture');
  else if (to === from) parts.push('sequence ' + from + ' is not in the capture');
  return parts.join(', ');
}

// headline is a session in one line: its name, and what is known of it.
function headline(s) {
  const first = s.frames[0], last = s.frames[s.frames.length - 1];
  const facts = [];
  if (s.hello) for (const [name, text] of s.hello.facts) if (name !== 'password') facts.push([name, text]);
  if (sessions.length > 1 && s.stream) facts.push(['stream', s.stream]);
  const figures = [];
  if (s.answers) figures.push(many(s.answers, 'answer'));
  if (s.keys) figures.push(many(s.keys, 'key'));
  const ms = last.ms - first.ms;
  if (ms > 0) figures.push(span(ms));
  const name = s.refused && !s.id ? 'Login refused' : s.id ? 'Session ' + s.id : s.hello ? 'Login without an answer' : 'No session';
  return { name, facts, figures };
}
