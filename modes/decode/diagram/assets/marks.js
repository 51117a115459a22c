// What is worth a mark: a request without an answer, or sent again; sequences that are
// not in the capture; long silence; refusals; answers that cannot be read; new keys.
const QUIET = 1000;   // ms: less is never a gap
const UNSURE = 60000; // ms: what is one where a session has too few requests to compare

function integer(seq) {
  return /^-?\d{1,15}$/.test(seq) ? +seq : NaN;
}

// markPairs finds the request of each answer.
function markPairs(s) {
  const asked = new Map();
  const requests = s.frames.some((f) => f.type === 'DATA_REQUEST');
  let before = NaN, answered = null;
  for (const f of s.frames) {
    if (f.type === 'HELLO') {
      asked.set('hello', f);
    } else if (f.type === 'DATA_REQUEST') {
      const n = integer(f.seq);
      const earlier = asked.get(f.seq);
      f.again = !!earlier || answered === f.seq;
      if (earlier) earlier.lost = true;
      if (n > before + 1) f.gap = { from: before + 1, to: n - 1, ms: 0 };
      if (!(n <= before)) before = n;
      asked.set(f.seq, f);
    } else if (f.type === 'DATA_RESPONSE' || f.type === 'HELLO_ACK') {
      const key = f.type === 'HELLO_ACK' ? 'hello' : f.seq;
      const q = asked.get(key);
      if (q) {
        join(q, f);
        asked.delete(key);
      }
      if (f.type === 'DATA_RESPONSE') {
        const n = integer(f.seq);
        if (!requests && n > before + 1) f.gap = { from: before + 1, to: n - 1, ms: 0 };
        if (!requests && !(n <= before)) before = n;
        f.again = /^repeated\b/.test(f.note) || !!q && q.again && answered === f.seq;
        answered = f.seq;
        s.answers++;
      }
    } else if (f.type === 'CLOSE' && f.dir === 2) {
      const q = asked.get(f.seq) || asked.get('hello');
      f.refused = !!q || f.facts.some((fact) => fact[0] === 'isAuthencatedUser');
      f.closed = !f.refused;
      if (q) {
        join(q, f);
        asked.delete(q.type === 'HELLO' ? 'hello' : f.seq);
      }
      s.refused = s.refused || f.refused;
    }
  }
  for (const q of asked.values()) q.lost = requests || q.type === 'HELLO';
}

function join(q, f) {
  q.pair = f;
  f.pair = q;
  f.took = f.ms - q.ms;
}

// markKeys carries the period on to what has none of its own.
function markKeys(s) {
  let period = 0;
  for (const f of s.frames) {
    if (f.type === 'HELLO_ACK' && !period) period = f.key = 1;
    if (f.period && f.period !== period) period = f.key = f.period;
    f.period = period;
  }
  s.keys = period;
}

// markSilence marks what is far longer than is usual between two requests.
function markSilence(s) {
  const times = s.frames.filter((f) => f.type === 'DATA_REQUEST').map((f) => f.ms);
  const steps = times.slice(1).map((t, i) => t - times[i]).filter((d) => d >= 0).sort((a, b) => a - b);
  const most = steps.length < 2 ? UNSURE : Math.max(QUIET, 3.5 * steps[steps.length >> 1]);
  for (let i = 1; i < s.frames.length; i++) {
    const ms = s.frames[i].ms - s.frames[i - 1].ms;
    if (ms > most) s.frames[i].gap = { from: 0, to: -1, ...s.frames[i].gap, ms };
  }
}

const isMarked = (f) => f.unread || f.refused || f.lost || f.again || f.gap !== null;

let marked = 0;
for (const s of sessions) {
  markPairs(s);
  markKeys(s);
  markSilence(s);
  for (const f of s.frames) if (isMarked(f)) s.marks++;
  marked += s.marks;
}
