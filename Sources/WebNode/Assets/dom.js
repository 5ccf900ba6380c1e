/* Small helpers to build and change the page. Text goes in as text only: names from devices are hostile. */
(function (tikwatch) {
  'use strict';

  const SVG = 'http://www.w3.org/2000/svg';
  const ICONS = {
    ok: 'M5 12.5l4.5 4.5L19 7.5',
    warn: 'M12 4l9 16H3zM12 10v4M12 17v.2',
    bad: 'M6 6l12 12M18 6L6 18',
    clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2',
  };

  const find = (selector, root) => (root || document).querySelector(selector);
  const findAll = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const byId = id => document.getElementById(id);

  /** An element with a class and children; strings become text. */
  function make(name, className, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  function svg(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  function icon(name) {
    const image = svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' });
    image.append(svg('path', { d: ICONS[name] }));
    return image;
  }

  /** Changes a text only when it differs: a write per second to every readout would cost layout for nothing. */
  function text(element, value) {
    if (element && element.textContent !== value) element.textContent = value;
  }

  /** A big readout made of a number and a unit: `<… data-rate="in"><b></b><span class="u"></span>`. */
  function readout(element, value) {
    if (!element) return;
    const [number, unit] = tikwatch.format.rateParts(value);
    text(element.querySelector('b'), number);
    text(element.querySelector('.u'), unit);
  }

  /** The data block that the server wrote into the page. */
  function boot() {
    const block = byId('boot');
    return block ? JSON.parse(block.textContent) : {};
  }

  /** Fetches JSON; fails with the words of the problem document when the server says no. */
  async function json(url, signal) {
    const response = await fetch(url, { signal, headers: { accept: 'application/json' } });
    if (response.ok) return response.json();
    const problem = await response.json().catch(() => null);
    throw new Error((problem && (problem.detail || problem.title)) || 'the server answered ' + response.status);
  }

  /** Whether the user is typing, so that single keys are theirs. Nobody types into a box to tick. */
  const isTyping = target => (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== 'checkbox') || target.isContentEditable;

  tikwatch.dom = { find, findAll, byId, make, svg, icon, text, readout, boot, json, isTyping };
})(globalThis.tikwatch ??= {});
