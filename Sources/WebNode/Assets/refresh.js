/* Slow changes: states, words, facts. The page asks for itself again and takes over the parts that differ, so there is one
 * place that makes markup, the server's templates, and nothing blinks. */
(function (tikwatch) {
  'use strict';

  const { dom, shell } = tikwatch;
  const previous = new Map();

  const parts = doc => new Map(dom.findAll('[data-part]', doc).map(element => [element.dataset.part, element]));

  /** What has the focus, in words that also fit the new markup. */
  function focusOf(part) {
    const active = document.activeElement;
    if (!part.contains(active)) return null;
    return { href: active.getAttribute('href'), id: active.id };
  }

  function restoreFocus(part, focus) {
    if (!focus) return;
    const same = dom.findAll('a, button, summary', part).find(element => (focus.id ? element.id === focus.id : element.getAttribute('href') === focus.href));
    if (same) same.focus({ preventScroll: true });
  }

  /** Replaces every changed part of the page; returns the new boot data, or `null` when the server gave no page.
   *  `isWanted` is asked once the answer is there: an older answer must not replace a newer one. */
  async function refresh(isWanted) {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!response.ok) return null;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    const block = fresh.getElementById('boot');
    if (!block || (isWanted && !isWanted())) return null;
    const present = parts(document);
    for (const [name, element] of parts(fresh)) {
      const old = present.get(name);
      const markup = element.outerHTML;
      if (!old || previous.get(name) === markup) continue;
      previous.set(name, markup);
      const focus = focusOf(old);
      const adopted = document.importNode(element, true);
      old.replaceWith(adopted);
      shell.localTimes(adopted);
      restoreFocus(adopted, focus);
    }
    return JSON.parse(block.textContent);
  }

  tikwatch.refresh = refresh;
})(globalThis.tikwatch ??= {});
