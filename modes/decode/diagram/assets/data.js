// The capture, as it stands in the page. A frame is an array there, without the empty
// fields at its end; a text between frames names the file of those behind it.
const summary = JSON.parse(document.querySelector('script.summary').textContent);
const frames = [];

const clockAt = /(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?/;
const dayAt = /(\d{4})[-/](\d\d)[-/](\d\d)/;
const DAY = 86400e3;

// readTime finds the time of day, and the milliseconds by which frames are compared.
function readTime(f) {
  const at = clockAt.exec(f.time);
  f.clock = '';
  f.ms = NaN;
  if (!at || at[1] > 23 || at[2] > 59 || at[3] > 60) return;
  f.clock = at[1] + ':' + at[2] + ':' + at[3] + (at[4] ? '.' + (at[4] + '00').slice(0, 3) : '');
  const day = dayAt.exec(f.time);
  f.ms = ((at[1] * 60 + +at[2]) * 60 + +at[3]) * 1000 + (at[4] ? +('0.' + at[4]) * 1000 : 0);
  if (day) f.ms += Date.UTC(day[1], day[2] - 1, day[3]);
}

function readFrames() {
  const kept = new Map(); // one copy of texts that come again and again
  const keep = (s) => {
    if (!s) return '';
    const k = kept.get(s);
    if (k !== undefined) return k;
    if (kept.size < 10000) kept.set(s, s);
    return s;
  };
  let file = '', before = NaN, days = 0;
  for (const part of document.querySelectorAll('script.frames')) {
    for (const row of JSON.parse(part.textContent)) {
      if (typeof row === 'string') {
        file = row;
        before = NaN;
        days = 0;
        continue;
      }
      const f = {
        n: frames.length + 1, file, offset: row[0], time: row[1] || '', dir: row[2] || 0, type: keep(row[3]),
        stream: keep(row[4]), id: keep(row[5]), seq: row[6] || '', status: keep(row[7]), period: row[8] || 0,
        text: row[9] || '', note: keep(row[10]), facts: row[11] || [],
        of: null, pair: null, took: NaN, key: 0, gap: null,
        again: false, lost: false, refused: false, closed: false, unread: !!row[7],
      };
      readTime(f);
      if (f.ms < DAY) { // a time of day: midnight may be in between
        if (before - f.ms > DAY / 2) days++;
        before = f.ms;
        f.ms += days * DAY;
      }
      frames.push(f);
    }
    part.remove(); // its memory is free for the frames
  }
}

readFrames();
