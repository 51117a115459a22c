// The nodes of a row. Every text goes into a text node.
function cells(row, f) {
  row.append(
    make('span', 'n number mono', f.n),
    make('span', 'session', label(f.of)),
    make('span', 'seq number mono', f.seq),
    make('span', 'type', f.type),
    make('span', 'text mono', f.text),
    make('span', 'took number mono', span(f.took)),
  );
  const note = make('span', 'note');
  if (f.refused) note.append(make('b', 'tag bad', 'refused'));
  if (f.unread) note.append(make('b', 'tag bad', f.status));
  if (f.lost) note.append(make('b', 'tag warn', 'no answer'));
  if (f.again) note.append(make('b', 'tag again', 'sent again'));
  if (f.key) note.append(make('b', 'tag key', 'key ' + f.key));
  if (f.closed) note.append(make('span', '', 'closed by the server '));
  if (f.note && f.note !== 'new key' && f.note !== 'repeated') note.append(make('span', '', f.note + ' '));
  for (const [name, text] of f.facts) {
    if (name) note.append(make('i', '', name + ' '));
    note.append(make('span', '', text + '  '));
  }
  row.append(note);
}

function diagram(f, head) {
  const d = make('span', 'diagram');
  const band = f.period || (head && f.key);
  if (band) d.append(make('span', 'band band' + band % 2 + (f.key ? ' first' : '')));
  if (f.key) d.append(make('span', 'keyed', 'key ' + f.key));
  const arrow = make('span', 'arrow ' + ['none', 'right', 'left'][f.dir]);
  const text = make('span', 'said');
  const [what, value] = said(f);
  if (what) text.append(make('span', 'what', what));
  if (value) text.append(make('span', 'value', value));
  arrow.append(text);
  d.append(arrow);
  if (f.lost) d.append(make('span', 'lost', '\u00d7'));
  return d;
}

function frameRow(f) {
  const row = make('div', 'row grid frame-row' + (f.dir === 1 ? ' c2s' : f.dir === 2 ? ' s2c' : ''));
  if (f.again) row.classList.add('is-again');
  if (f.lost) row.classList.add('is-lost');
  if (f.refused || f.unread) row.classList.add('is-bad');
  row.append(make('span', 'time number mono', f.clock), diagram(f));
  cells(row, f);
  return row;
}

function gapRow(f) {
  const row = make('div', 'row grid gap-row');
  const d = make('span', 'diagram');
  if (f.period && !f.key) d.append(make('span', 'band band' + f.period % 2));
  d.append(make('span', 'torn'), make('span', 'torn other'), make('span', 'gap-text', gapText(f)));
  row.append(make('span', 'time'), d);
  return row;
}

function headRow(s) {
  const row = make('div', 'row head-row');
  const { name, facts, figures } = headline(s);
  const line = make('div', 'headline');
  line.append(make('h2', s.refused && !s.id ? 'bad' : '', name));
  for (const [n, text] of facts) {
    const chip = make('span', 'chip');
    if (n) chip.append(make('i', '', n + ' '));
    chip.append(make('span', 'mono', text));
    line.append(chip);
  }
  line.append(make('span', 'figures soft number', figures.join(' \u00b7 ')));
  const actors = make('div', 'actors grid');
  const d = make('span', 'diagram');
  d.append(make('b', 'actor client', 'client'), make('b', 'actor server', 'server'));
  actors.append(make('span', 'time'), d);
  row.append(line, actors);
  return row;
}

function nodeOf(i) {
  const it = items[i];
  const node = it.kind === 'frame' ? frameRow(it.frame) : it.kind === 'gap' ? gapRow(it.frame) : headRow(it.session);
  node.id = 'row' + i;
  node.setAttribute('role', 'row');
  node.setAttribute('aria-rowindex', i + 1);
  return node;
}
