// Before the first paint: the theme this person chose, if any. Without a choice the system decides.
try {
  const kept = localStorage.getItem('ql-theme');
  if (kept === 'dark' || kept === 'light') document.documentElement.dataset.theme = kept;
} catch {
  // Storage is blocked: the system's theme it is.
}
