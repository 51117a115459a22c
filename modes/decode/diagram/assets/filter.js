// The filter: words that must all be found, and conditions.
const conditions = {
  request: (f) => f.dir === 1,
  answer: (f) => f.dir === 2,
  key: (f) => f.key > 0,
  refused: (f) => f.refused,
  closed: (f) => f.closed,
  unread: (f) => f.unread,
  lost: (f) => f.lost,
  again: (f) => f.again,
  gap: (f) => f.gap !== null,
  marked: isMarked,
};

const fields = {
  session: (f, v) => f.of.id.toLowerCase() === v || label(f.of).toLowerCase() === v,
  seq: (f, v) => f.seq.toLowerCase() === v,
  type: (f, v) => f.type.toLowerCase().includes(v),
  text: (f, v) => f.text.toLowerCase().includes(v),
  note: (f, v) => notes(f).join(' ').toLowerCase().includes(v),
  status: (f, v) => (f.status || 'ok').includes(v),
  stream: (f, v) => f.stream.toLowerCase().includes(v),
  file: (f, v) => f.file.toLowerCase().includes(v),
};

// words is all of a frame, in which words are looked for. It is made when it is first
// needed.
function words(f) {
  if (f.words === undefined) {
    f.words = [f.clock, f.type, label(f.of), f.seq, f.status, f.text, ...notes(f)].join('\n').toLowerCase();
  }
  return f.words;
}

// test makes the test of one word of the filter.
function test(word) {
  const no = word.length > 1 && word[0] === '-';
  const plain = (no ? word.slice(1) : word).replace(/^"|"$/g, '').toLowerCase();
  const colon = plain.indexOf(':');
  const name = plain.slice(0, Math.max(0, colon)), value = plain.slice(colon + 1).replace(/^"|"$/g, '');
  let yes = (f) => words(f).includes(plain);
  if (name === 'is' && Object.hasOwn(conditions, value)) yes = conditions[value];
  else if (Object.hasOwn(fields, name)) yes = (f) => fields[name](f, value);
  return no ? (f) => !yes(f) : yes;
}

// filterOf makes the test of a whole filter; null lets all through.
function filterOf(text) {
  const tests = (text.match(/-?(?:\w+:)?"[^"]*"?|\S+/g) || []).map(test);
  return tests.length === 0 ? null : (f) => tests.every((t) => t(f));
}
