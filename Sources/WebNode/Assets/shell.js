/* What every page has: theme switch, search, key help, the live mark, times in the browser's zone. */
(function (tikwatch) {
  'use strict';

  const { dom, format } = tikwatch;
  const root = document.documentElement;
  const charts = [];
  const LIVE = {
    live: ['ok', 'Live', true],
    paused: ['warn', 'Paused', false],
    delayed: ['warn', 'Reconnecting', false],
    connecting: ['idle', 'Connecting', false],
    every: ['ok', 'Updated', false],
    stale: ['warn', 'Stale', false],
  };

  /** Charts that follow the theme. */
  function themed(chart) {
    for (let index = charts.length - 1; index >= 0; index -= 1) {
      if (!charts[index].element.isConnected) charts.splice(index, 1); // replaced by a refresh
    }
    charts.push(chart);
    return chart;
  }

  function redrawNow() {
    for (const chart of charts) {
      chart.readTheme();
      chart.draw();
    }
  }

  /** Paper is white and narrow: while a page is printed it has the light colours, and charts the width of a sheet. */
  const paper = { isOn: false, theme: undefined };

  function print(isOn) {
    if (paper.isOn === isOn) return;
    paper.isOn = isOn;
    if (isOn) paper.theme = root.dataset.theme;
    if (isOn) root.dataset.theme = 'light';
    else if (paper.theme) root.dataset.theme = paper.theme;
    else delete root.dataset.theme;
    root.classList.toggle('paper', isOn);
    dispatchEvent(new CustomEvent('paper', { detail: isOn }));
    for (const chart of charts) {
      chart.readTheme();
      chart.resize();
    }
  }

  const redraw = () => requestAnimationFrame(redrawNow);

  const isDark = () => getComputedStyle(root).colorScheme.includes('dark');

  /** Overrides the system's theme. The cookie lets the server set it before the next page is painted. */
  function setTheme(theme) {
    root.dataset.theme = theme;
    const path = new URL(document.baseURI).pathname;
    document.cookie = 'theme=' + theme + '; path=' + path + '; max-age=31536000; samesite=lax';
    themeLabel();
    redraw();
  }

  const toggleTheme = () => setTheme(isDark() ? 'light' : 'dark');

  function themeLabel() {
    const button = dom.byId('theme');
    if (button) button.setAttribute('aria-label', 'Switch to ' + (isDark() ? 'light' : 'dark') + ' colours');
  }

  /** The mark in the top bar: `live`, `paused`, `delayed`, `connecting`, `every` or `stale`; the last two with words of the page. */
  function setLive(state, said) {
    const pill = dom.byId('live');
    if (!pill) return;
    const [kind, words, beats] = LIVE[state];
    pill.className = 'pill ' + kind;
    pill.dataset.state = state;
    pill.querySelector('.dot').classList.toggle('beat', beats);
    dom.text(pill.querySelector('.words'), said || words);
    root.classList.toggle('delayed', state === 'delayed');
  }

  /** Says something to people who listen; not for running numbers. */
  function say(words) {
    dom.text(dom.byId('say'), words);
  }

  /** Shows `<time data-as="clock">` and the like in the browser's zone; the server could only know its own. */
  function localTimes(parent) {
    for (const element of dom.findAll('time[data-as]', parent)) {
      const epoch = Number(element.dataset.epoch);
      const show = { clock: format.clock, minute: format.hourMinute, moment: format.moment, recent: time => format.recent(time, tikwatch.clock.now()) };
      if (Number.isFinite(epoch) && show[element.dataset.as]) dom.text(element, show[element.dataset.as](epoch));
    }
    // A page whose times are not the browser's says whose they are.
    const zone = dom.byId('zone');
    if (zone && !('own' in zone.dataset)) dom.text(zone, 'Times are local to this browser (' + format.zoneName() + ')');
  }

  const shortcutsOn = () => {
    try {
      return localStorage.getItem('shortcuts') !== 'off';
    } catch (error) {
      return true; // storage may be forbidden; then the choice lasts for no longer than the page
    }
  };

  function bindHelp() {
    const dialog = dom.byId('help');
    const box = dom.byId('shortcuts');
    if (!dialog || !box) return;
    box.checked = shortcutsOn();
    box.addEventListener('change', () => {
      try {
        localStorage.setItem('shortcuts', box.checked ? 'on' : 'off');
      } catch (error) {
        say('This browser does not let the page remember that.');
      }
    });
    for (const button of dom.findAll('[data-open="help"]')) button.addEventListener('click', () => dialog.showModal());
  }

  /** Calls `keys[event.key]` for single keys, unless somebody types or has switched them off. */
  function bindKeys(keys) {
    addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey || dom.isTyping(event.target) || dom.find('dialog[open]')) return;
      if (event.key.length === 1 && !shortcutsOn()) return;
      const action = keys[event.key];
      if (action && action(event) !== false) event.preventDefault();
    });
  }

  function start() {
    const theme = dom.byId('theme');
    if (theme) theme.addEventListener('click', toggleTheme);
    themeLabel();
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
      themeLabel();
      redraw();
    });
    const skip = dom.find('.skip');
    if (skip) {
      skip.addEventListener('click', event => {
        event.preventDefault();
        dom.byId(skip.dataset.target).focus();
      });
    }
    bindHelp();
    addEventListener('beforeprint', () => print(true));
    addEventListener('afterprint', () => print(false));
    bindKeys({
      '?': () => dom.byId('help').showModal(),
      t: toggleTheme,
      f: () => {
        if (document.fullscreenElement) document.exitFullscreen();
        else root.requestFullscreen().catch(() => say('This browser does not allow full screen.'));
      },
    });
    localTimes();
    // The word `ready` tells tests, and style sheets, that the scripts have taken over.
    requestAnimationFrame(() => setTimeout(() => {
      if (tikwatch.page) tikwatch.page();
      root.dataset.ready = '1';
    }));
  }

  tikwatch.shell = { themed, redrawNow, setLive, say, localTimes, bindKeys, setTheme };
  addEventListener('DOMContentLoaded', start);
})(globalThis.tikwatch ??= {});
