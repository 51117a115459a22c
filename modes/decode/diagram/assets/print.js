// On paper there is no scrolling: all rows are drawn, up to as many as a printer should
// get without having been asked twice.
const PRINTED = 3000;

addEventListener('beforeprint', () => {
  clearRows();
  document.documentElement.classList.add('printing');
  sheet.style.height = 'auto';
  for (let i = 0; i < Math.min(items.length, PRINTED); i++) sheet.append(nodeOf(i));
  if (items.length > PRINTED) sheet.append(make('p', 'rest', 'and ' + (items.length - PRINTED).toLocaleString('en') + ' more rows: a filter chooses what is printed'));
});

addEventListener('afterprint', () => {
  document.documentElement.classList.remove('printing');
  sheet.replaceChildren();
  clearRows();
  ask();
});
