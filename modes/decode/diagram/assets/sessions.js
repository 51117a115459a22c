// Which frames belong to one session. HELLO has no id: it waits for the HELLO_ACK, or
// the CLOSE, that answers it. CLOSE of a server has none either: it is of the session
// that its stream used last.
const sessions = [];

function newSession(f, id) {
  const s = { n: sessions.length + 1, id, stream: f.stream, file: f.file, frames: [], hello: null, keys: 0, answers: 0, marks: 0, refused: false };
  sessions.push(s);
  return s;
}

function findSessions() {
  const open = new Map();    // by file, stream and id
  const last = new Map();    // by file and stream
  const waiting = new Map(); // by file and stream: of HELLOs without an answer
  for (const f of frames) {
    const stream = f.file + '\n' + f.stream;
    const key = stream + '\n' + f.id;
    const greeted = waiting.get(stream) || [];
    let s;
    if (f.type === 'HELLO') {
      s = newSession(f, '');
      s.hello = f;
      waiting.set(stream, greeted);
      greeted.push(s);
    } else if (f.type === 'HELLO_ACK') {
      s = greeted.shift() || newSession(f, '');
      s.id = f.id;
      open.set(key, s);
      last.set(stream, s);
    } else if (f.id) {
      s = open.get(key);
      if (!s) open.set(key, s = newSession(f, f.id));
      last.set(stream, s);
    } else if (f.type === 'CLOSE' && f.dir === 2 && greeted.length > 0 && (f.seq === greeted[0].hello.seq || !last.has(stream))) {
      s = greeted.shift();
    } else {
      s = last.get(stream) || greeted[0];
      if (!s) last.set(stream, s = newSession(f, ''));
    }
    f.of = s;
    s.frames.push(f);
  }
}

// label is a session's name in the table.
function label(s) {
  return (s.stream ? s.stream + '/' : '') + (s.id || '\u2013');
}

findSessions();
