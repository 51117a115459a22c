// Keys and buttons, and the start.
const box = byId('filter'), help = byId('help');

// show arranges anew, and stays at the frame that is selected.
function show() {
  const it = items[state.selected];
  const shown = arrange();
  state.selected = it && it.kind === 'frame' ? indexOf(it.frame) : -1;
  clearRows();
  now.of = null;
  byId('nothing').hidden = items.length > 0;
  byId('count').textContent = shown === frames.length
    ? many(frames.length, 'frame') + ' in ' + counted()
    : shown.toLocaleString('en') + ' of ' + many(frames.length, 'frame');
  byId('problems').setAttribute('aria-pressed', state.marks);
  byId('order').textContent = state.bySession ? 'by session' : 'as captured';
  if (state.selected >= 0) select(state.selected);
  else scrollToY(0);
  drawOverview();
  draw();
}

function step(by, wanted) {
  for (let i = state.selected + by; i >= 0 && i < items.length; i += by) {
    if (wanted(items[i])) return select(i);
  }
}

const page = () => Math.max(1, Math.floor(view.clientHeight / HEIGHT.frame) - 2);
const top = () => (state.selected >= 0 ? state.selected : indexAt(position()) - 1);
const flip = (name) => { state[name] = !state[name]; show(); };

const actions = {
  j: () => select(top() + 1), ArrowDown: () => select(top() + 1),
  k: () => select(top() - 1), ArrowUp: () => select(top() - 1),
  PageDown: () => select(top() + page()), ' ': () => select(top() + page()),
  PageUp: () => select(top() - page()),
  g: () => select(0), Home: () => select(0),
  G: () => select(items.length - 1), End: () => select(items.length - 1),
  ']': () => step(1, (it) => it.kind === 'head'),
  '[': () => step(-1, (it) => it.kind === 'head'),
  e: () => step(1, (it) => it.kind === 'frame' && isMarked(it.frame)),
  E: () => step(-1, (it) => it.kind === 'frame' && isMarked(it.frame)),
  m: () => {
    const it = items[state.selected];
    const i = it && it.kind === 'frame' && it.frame.pair ? indexOf(it.frame.pair) : -1;
    if (i >= 0) select(i);
  },
  Enter: () => toggleDetails(),
  Escape: () => {
    if (!details.hidden) toggleDetails(false);
    else if (state.filter || state.marks) {
      box.value = state.filter = '';
      state.marks = false;
      show();
    }
  },
  '/': () => { box.focus(); box.select(); },
  p: () => flip('marks'), o: () => flip('bySession'), t: nextTheme,
  '?': () => help.showModal(),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target === box) {
    if (event.key === 'Escape' && box.value) { box.value = state.filter = ''; show(); }
    else if (event.key === 'Enter' || event.key === 'Escape' || event.key === 'ArrowDown') view.focus();
    else return;
    event.preventDefault();
    return;
  }
  const onButton = event.target.closest('button') && (event.key === 'Enter' || event.key === ' ');
  if (onButton || !Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
});

let typing = 0;
box.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => { state.filter = box.value; show(); }, frames.length > 20000 ? 120 : 0);
});
byId('problems').addEventListener('click', () => flip('marks'));
byId('order').addEventListener('click', () => flip('bySession'));
byId('help-button').addEventListener('click', () => help.showModal());
byId('help-close').addEventListener('click', () => help.close());
help.addEventListener('click', (event) => { if (event.target === help) help.close(); });

function start() {
  byId('title').textContent = summary.title;
  const about = [many(summary.frames, 'frame'), counted()];
  if (summary.answers) about.push(summary.decoded === summary.answers ? many(summary.answers, 'answer') + ', all read' : many(summary.answers, 'answer') + ', ' + summary.decoded.toLocaleString('en') + ' read');
  const timed = frames.filter((f) => f.ms >= 0);
  if (timed.length > 1) about.push(timed[0].clock + ' \u2013 ' + timed[timed.length - 1].clock);
  if (summary.dialect) about.push(summary.dialect);
  if (summary.verified) about.push(summary.verified.toLocaleString('en') + ' verified');
  if (summary.secrets) about.push('secrets are shown');
  byId('about').textContent = about.join(' \u00b7 ');
  byId('problems').firstElementChild.textContent = many(marked, 'mark');
  byId('problems').disabled = marked === 0;
  byId('problems').classList.toggle('some', marked > 0);
  document.documentElement.classList.toggle('many', sessions.length > 1);
  document.documentElement.classList.toggle('timed', frames.some((f) => f.clock));
  byId('ended').hidden = !summary.ended;
  byId('ended').textContent = 'Not the whole capture: ' + summary.ended;
  show();
  view.focus({ preventScroll: true });
}

start();
