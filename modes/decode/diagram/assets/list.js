// The list draws the rows in sight and some beside them, whatever there are in all.
const view = byId('view'), sheet = byId('sheet'), now = byId('now');
const BESIDE = 300;    // px drawn above and below what is in sight
const TALLEST = 8e6;   // px: browsers have taller elements not at all, or not well
const nodes = new Map();
let asked = false;

const total = () => tops[items.length];

// stretch is how many px of rows one px of scrolling is: 1, but in huge captures.
function stretch() {
  const room = view.clientHeight, full = total() + 24;
  return full <= TALLEST ? 1 : (full - room) / (TALLEST - room);
}

const position = () => view.scrollTop * stretch();

function scrollToY(y) {
  view.scrollTop = y / stretch();
  ask();
}

function clearRows() {
  for (const node of nodes.values()) node.remove();
  nodes.clear();
  sheet.style.height = Math.min(total() + 24, TALLEST) + 'px';
}

// draw brings the nodes in line with what is in sight.
function draw() {
  asked = false;
  const y = position(), shift = view.scrollTop - y;
  if (items.length === 0) {
    now.hidden = true;
    return;
  }
  const first = indexAt(y - BESIDE), last = indexAt(y + view.clientHeight + BESIDE);
  for (const [i, node] of nodes) {
    if (i < first || i > last) {
      node.remove();
      nodes.delete(i);
    }
  }
  for (let i = first; i <= last; i++) {
    let node = nodes.get(i);
    if (!node) {
      node = nodeOf(i);
      nodes.set(i, node);
      sheet.append(node);
    }
    node.style.transform = 'translateY(' + (tops[i] + shift) + 'px)';
  }
  markSelected();
  drawNow(indexAt(y), y);
  drawWindow(y);
}

// drawNow names the session in sight where its head is not.
function drawNow(i, y) {
  const it = items[i];
  now.hidden = it.kind === 'head' && y - tops[i] < 34;
  if (now.hidden || now.of === it.session) return;
  now.of = it.session;
  const { name, facts } = headline(it.session);
  now.replaceChildren(make('b', '', name), make('span', 'soft', facts.map((p) => p.filter(Boolean).join(' ')).join(' \u00b7 ')));
}

function markSelected() {
  const it = items[state.selected];
  const pair = it && it.kind === 'frame' ? it.frame.pair : null;
  for (const [i, node] of nodes) {
    node.classList.toggle('selected', i === state.selected);
    node.classList.toggle('pair', pair !== null && items[i].kind === 'frame' && items[i].frame === pair);
    node.setAttribute('aria-selected', i === state.selected);
  }
  if (nodes.has(state.selected)) view.setAttribute('aria-activedescendant', 'row' + state.selected);
  else view.removeAttribute('aria-activedescendant');
}

function ask() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

// select goes to a row and brings it into sight.
function select(i) {
  if (items.length === 0) return;
  state.selected = Math.max(0, Math.min(items.length - 1, i));
  showDetails();
  reveal();
}

// reveal brings the row that is selected into sight, with a little of what is around it.
function reveal() {
  if (state.selected < 0) return;
  const y = position(), room = view.clientHeight;
  const top = tops[state.selected] - 40, bottom = tops[state.selected + 1] + 40;
  if (top < y) scrollToY(top);
  else if (bottom > y + room) scrollToY(bottom - room);
  ask();
}

view.addEventListener('scroll', ask, { passive: true });
new ResizeObserver(ask).observe(view);
view.addEventListener('click', (event) => {
  const row = event.target.closest('.row');
  if (!row || !row.id || String(getSelection())) return;
  const i = +row.id.slice(3);
  if (i === state.selected) toggleDetails();
  else select(i);
});
view.addEventListener('dblclick', () => toggleDetails(true));
