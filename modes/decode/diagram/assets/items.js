// The rows to be shown, and where each one is. A row is a frame, the head of a session,
// or a gap; their heights are those of the style.
const HEIGHT = { frame: 30, gap: 34, head: 96 };
const state = { filter: '', marks: false, bySession: true, selected: -1 };
let items = []; // {kind, frame or session}
let tops = new Float64Array(1);

function arrange() {
  const words = filterOf(state.filter);
  const pass = (f) => (!state.marks || isMarked(f)) && (!words || words(f));
  const gaps = state.marks || !words || /is:(gap|marked)/.test(state.filter);
  items = [];
  let shown = 0, of = null;
  const headed = new Set();
  const put = (f) => {
    if (!pass(f)) return;
    shown++;
    if (f.of !== of && !headed.has(f.of)) {
      headed.add(f.of);
      items.push({ kind: 'head', session: f.of, frame: f });
    }
    of = f.of;
    if (gaps && f.gap) items.push({ kind: 'gap', session: f.of, frame: f });
    items.push({ kind: 'frame', session: f.of, frame: f });
  };
  if (state.bySession) for (const s of sessions) s.frames.forEach(put);
  else frames.forEach(put);
  tops = new Float64Array(items.length + 1);
  for (let i = 0; i < items.length; i++) tops[i + 1] = tops[i] + HEIGHT[items[i].kind];
  return shown;
}

// indexAt is the row at a height.
function indexAt(y) {
  let low = 0, high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

// indexOf is the row of a frame, -1 where it is not shown.
function indexOf(f) {
  return items.findIndex((it) => it.kind === 'frame' && it.frame === f);
}
