// Stands apart from the bundle because it must run before the first paint, and a script inside
// the page is forbidden by the server's Content-Security-Policy.
(function () {
  try {
    var chosen = localStorage.getItem('fieldguide.theme');
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  } catch {
    // A browser that refuses storage follows the system's theme.
  }
})();
