// The live page: the server sends what it counts every second (/events); rates and
// graphs are made here. Texts become text nodes.
const KEPT = 300;       // samples in a graph, one a second
const MINUTE = 60;      // samples; a graph is at least as wide
const SILENT = 4000;    // ms without a word after which the server counts as gone
const AGAIN = 2000;     // ms until a connection that was refused is tried again

const samples = [];     // what came, the newest last
let source = null, heard = 0, ended = false, missing = 0, seen = false;

const count = (n) => n.toLocaleString('en', { maximumFractionDigits: n < 10 && n % 1 ? 1 : 0 });

// took shows seconds in three digits at most.
function took(s) {
  if (s === null || s === undefined) return '\u2013';
  if (s < 1e-3) return Math.round(s * 1e6) + ' \u00b5s';
  if (s < 1) return +(s * 1e3).toPrecision(s < 0.1 ? 2 : 3) + ' ms';
  return +s.toPrecision(2) + ' s';
}

function age(s) {
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const i = Math.max(0, parts.findIndex(([n]) => s >= n));
  const [n, unit] = s < 1 ? parts[3] : parts[i];
  const rest = i < 2 && s >= 3600 ? ' ' + Math.floor(s % n / parts[i + 1][0]) + ' ' + parts[i + 1][1] : '';
  return Math.floor(s / n) + ' ' + unit + rest;
}

// rate is how fast a counter grew up to a sample; of the first one nothing is known,
// nor of one of a server that was started anew.
function rate(i, name) {
  const a = samples[i - 1], b = samples[i];
  if (!a || b.at <= a.at || b.started !== a.started) return null;
  return Math.max(0, (b[name] - a[name]) * 1000 / (b.at - a.at));
}

const svg = (name, className) => {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  e.setAttribute('class', className);
  return e;
};

// graph draws values, null where there is none, and says what its top is.
function graph(id, values, show, second) {
  const box = byId(id);
  if (!box.firstChild) {
    const picture = svg('svg', '');
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.append(svg('path', 'area'), svg('path', 'second'), svg('path', 'curve'));
    box.append(picture, make('span', 'most'));
  }
  const width = Math.max(MINUTE, values.length) - 1;
  box.firstChild.setAttribute('viewBox', '0 0 ' + width + ' 100');
  const most = Math.max(0, ...values, ...(second || []));
  const path = (list) => {
    let d = '', open = false;
    list.forEach((v, i) => {
      if (v === null) { open = false; return; }
      const x = width + 1 - list.length + i, y = most > 0 ? 97 - v / most * 84 : 97;
      d += (open ? 'L' : 'M') + x + ' ' + y.toFixed(2);
      open = true;
    });
    return d;
  };
  const from = values.findIndex((v) => v !== null);
  const [area, other, curve] = box.firstChild.children;
  const whole = from < 0 ? '' : path(values.slice(from).map((v) => v || 0));
  curve.setAttribute('d', path(values));
  other.setAttribute('d', second ? path(second) : '');
  area.setAttribute('d', whole ? whole + 'L' + width + ' 100L' + (width + 1 - values.length + from) + ' 100Z' : '');
  box.lastChild.textContent = most > 0 ? show(most) : '';
}

const set = (id, text) => { byId(id).textContent = text; };

function draw() {
  const last = samples.length - 1, now = samples[last];
  const each = (f) => samples.map((s, i) => f(s, i));
  const speed = rate(last, 'requests');
  set('rate', speed === null ? '\u2013' : count(speed));
  set('rate-more', count(now.requests) + ' in all, ' + count(now.again) + ' of them sent again, ' + count(now.delayed) + ' delayed; ' + count(now.keys) + ' new keys');
  set('sessions', count(now.sessions));
  set('sessions-more', count(now.opened) + ' opened in all');
  set('connections', count(now.connections));
  set('connections-more', count(now.waiting) + ' not logged in; ' + count(now.accepted) + ' in all');
  for (const name of ['answer', 'handshake']) {
    set(name, took(now[name].half));
    set(name + '-late', took(now[name].late));
    graph(name + '-graph', each((s) => s[name].half), took, each((s) => s[name].late));
  }
  graph('rate-graph', each((s, i) => rate(i, 'requests')), (v) => count(v) + '/s');
  graph('sessions-graph', each((s) => s.sessions), count);
  graph('connections-graph', each((s) => s.connections), count);
  set('about', 'up ' + age((now.at - now.started) / 1000) + ' \u00b7 proto ' + now.version);
  drawRefusals(now);
}

function drawRefusals(now) {
  const before = samples[Math.max(0, samples.length - 1 - MINUTE)];
  const reasons = Object.entries(now.refused).sort((a, b) => b[1] - a[1]);
  byId('refusals').hidden = reasons.length === 0;
  byId('none').hidden = reasons.length > 0;
  byId('refusals').tBodies[0].replaceChildren(...reasons.map(([reason, n]) => {
    const row = make('tr');
    const fresh = before.started === now.started ? n - (before.refused[reason] || 0) : n;
    const bar = make('span', 'bar');
    bar.style.width = n / reasons[0][1] * 100 + '%';
    const cell = make('td');
    cell.append(bar);
    row.append(make('td', '', reason), make('td', 'number' + (fresh > 0 ? ' some' : ''), count(fresh)), make('td', 'number', count(n)), cell);
    return row;
  }));
}

function say(className, text) {
  byId('state').className = className;
  byId('state').lastChild.textContent = text;
  byId('main').classList.toggle('stale', className === 'gone' || className === 'waiting');
}

function gone() {
  if (!missing) missing = Date.now();
  const since = age((Date.now() - missing) / 1000);
  if (ended) say('gone', 'the server has stopped, ' + since + ' ago; looking for it');
  else if (seen) say('gone', 'the server is gone, for ' + since + '; trying again');
  else say('gone', 'no figures: too many pages are open, or the server is gone; trying again');
}

function take(event) {
  const sample = JSON.parse(event.data);
  const before = samples[samples.length - 1];
  heard = Date.now();
  missing = 0;
  ended = false;
  seen = true;
  if (before && sample.at <= before.at) return;
  for (let lost = before ? Math.round((sample.at - before.at) / 1000) - 1 : 0; lost > 0 && lost < KEPT; lost--) {
    samples.push({ ...before, at: before.at, answer: {}, handshake: {}, hole: true, sessions: null, connections: null });
  }
  samples.push(sample);
  samples.splice(0, samples.length - KEPT);
  say(sample.draining ? 'draining' : 'live', sample.draining ? 'draining' : 'live');
  draw();
}

function listen() {
  source = new EventSource('/events');
  source.addEventListener('figures', take);
  source.addEventListener('end', () => {
    ended = true;
    missing = Date.now();
    gone();
  });
  source.addEventListener('error', () => {
    gone();
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    setTimeout(listen, AGAIN);
  });
}

setInterval(() => {
  if (missing || (heard && Date.now() - heard > SILENT)) gone();
}, 1000);
document.addEventListener('keydown', (event) => {
  if (event.key === 't' && !event.ctrlKey && !event.metaKey && !event.altKey) nextTheme();
});
listen();
