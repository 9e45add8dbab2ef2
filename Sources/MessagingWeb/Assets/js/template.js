// A value that stands twice in a template is typed once. Choosing a template needs no script.
export function attach(box) {
  box.addEventListener('input', event => {
    const form = event.target.closest('form');
    if (!form || !event.target.name) return;
    for (const echo of form.querySelectorAll(`[data-echo="${CSS.escape(event.target.name)}"]`)) echo.textContent = event.target.value;
    event.target.size = Math.min(36, Math.max(6, event.target.value.length + 1));
  });
}
