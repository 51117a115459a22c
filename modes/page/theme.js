// What all pages do: colours, and nodes made of texts.

// make makes an element with a text in it: a text node, whatever stands in it.
function make(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined && text !== null) e.textContent = text;
  return e;
}

const byId = (id) => document.getElementById(id);

// Colours: those of the system, unless the reader has chosen. The choice is kept
// where the browser lets a page keep something.
const themes = ['auto', 'light', 'dark'];

function keptTheme() {
  try { return localStorage.getItem('proto-theme') || 'auto'; } catch { return 'auto'; }
}

function setTheme(name) {
  const theme = themes.includes(name) ? name : 'auto';
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId('theme').textContent = theme;
  byId('theme').title = 'Colours: ' + theme + ' (t)';
  try { localStorage.setItem('proto-theme', theme); } catch { /* not kept */ }
  document.dispatchEvent(new Event('themechange'));
}

function nextTheme() {
  const now = document.documentElement.dataset.theme || 'auto';
  setTheme(themes[(themes.indexOf(now) + 1) % themes.length]);
}

setTheme(keptTheme());
byId('theme').addEventListener('click', nextTheme);
