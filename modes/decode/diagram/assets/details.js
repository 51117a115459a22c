// The details of the row that is selected.
const details = byId('details');

function toggleDetails(open) {
  details.hidden = open === undefined ? !details.hidden : !open;
  showDetails();
  reveal(); // there is less room now
}

function showDetails() {
  const it = items[state.selected];
  if (details.hidden) return;
  if (!it || it.kind !== 'frame') {
    details.replaceChildren(make('p', 'soft', it && it.kind === 'gap' ? gapText(it.frame) : it ? headline(it.session).name : 'No row is selected.'));
    return;
  }
  const f = it.frame;
  const list = make('dl');
  const put = (name, text, className) => {
    if (text !== '' && text !== undefined) list.append(make('dt', '', name), make('dd', className, text));
  };
  put('frame', f.n + ' of ' + frames.length, 'number');
  put('where', f.file + ', at byte ' + f.offset);
  put('time', f.time, 'mono');
  put('direction', ['not known', 'client to server', 'server to client'][f.dir]);
  put('type', f.type);
  put('stream', f.stream, 'mono');
  put('session', f.of.id, 'mono');
  put('sequence', f.seq, 'mono');
  put('key', f.period ? 'period ' + f.period : '');
  put('text', f.text, 'mono');
  if (f.pair) put(f.dir === 1 ? 'answered by' : 'answers', 'frame ' + f.pair.n + (f.took >= 0 ? ', after ' + span(f.took) : f.pair.took >= 0 ? ', after ' + span(f.pair.took) : ''), 'number');
  if (f.refused || f.closed || f.lost || f.again || f.unread || f.note) put('notes', [...notes({ ...f, facts: [] })].join(', '));
  for (const [name, text] of f.facts) put(name || 'note', text, 'mono');
  details.replaceChildren(list);
}
