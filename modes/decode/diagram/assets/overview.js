// The strip beside the list: the whole of it, its sessions and marks.
const overview = byId('overview');

function drawOverview() {
  const style = getComputedStyle(document.documentElement);
  const probe = make('span');
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = style.getPropertyValue(name);
    return getComputedStyle(probe).color;
  };
  const colours = { bad: colour('--bad'), warn: colour('--warn'), again: colour('--again'), key: colour('--key'), head: colour('--life') };
  probe.remove();
  const scale = devicePixelRatio || 1;
  const width = overview.clientWidth, height = overview.clientHeight;
  overview.width = width * scale;
  overview.height = height * scale;
  const pen = overview.getContext('2d');
  pen.scale(scale, scale);
  const all = Math.max(total(), view.clientHeight);
  const dash = (i, name, x, w, h) => {
    pen.fillStyle = colours[name];
    pen.fillRect(x, Math.min(height - h, tops[i] / all * height), w, h);
  };
  const few = items.length < 4000;
  items.forEach((it, i) => {
    if (it.kind === 'head') return dash(i, 'head', 0, width, few ? 1 : 0.3);
    const f = it.frame;
    if (it.kind === 'gap') dash(i, 'warn', 2, width - 4, 2);
    else if (f.refused || f.unread) dash(i, 'bad', 2, width - 4, 2);
    else if (f.lost) dash(i, 'warn', 2, width - 4, 2);
    else if (f.again) dash(i, 'again', 2, width - 4, 2);
    else if (f.key > 1 && few) dash(i, 'key', 5, width - 10, 1.5);
  });
}

// drawWindow shows which part is in sight.
function drawWindow(y) {
  const room = view.clientHeight, all = total() + 24;
  const part = all > room ? Math.max(0.015, room / all) : 0;
  overview.style.setProperty('--from', (all > room ? y / (all - room) * 100 : 0) + '%');
  overview.style.setProperty('--size', part * 100 + '%');
}

function toOverview(event) {
  if (event.buttons !== 1) return;
  const box = overview.getBoundingClientRect();
  scrollToY((event.clientY - box.top) / box.height * Math.max(total(), view.clientHeight) - view.clientHeight / 2);
}

overview.addEventListener('pointerdown', (event) => {
  overview.setPointerCapture(event.pointerId);
  toOverview(event);
});
overview.addEventListener('pointermove', toOverview);
new ResizeObserver(drawOverview).observe(overview);
document.addEventListener('themechange', drawOverview);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawOverview);
