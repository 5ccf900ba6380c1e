/* Buttons, keys and captions of the graph page. */
(function (tikwatch) {
  'use strict';

  const { dom, format, shell, graphState } = tikwatch;

  const stepName = step => (step % 86400 === 0 ? step / 86400 + format.NARROW + 'd'
    : step % 3600 === 0 ? step / 3600 + format.NARROW + 'h'
    : step % 60 === 0 ? step / 60 + format.NARROW + 'min' : step + format.NARROW + 's');

  function describeRange(page) {
    const [from, to] = page.range();
    dom.text(dom.byId('range'), format.interval(from, to));
    dom.text(dom.byId('span'), format.duration(to - from));
  }

  function describeLive(page) {
    const { refresh } = page.state;
    if (page.isOld) shell.setLive('stale', 'Stale ' + format.age(page.edge - page.knownAt));
    else if (page.streamState === 'delayed') shell.setLive('delayed');
    else if (!page.isLive) shell.setLive('paused');
    else if (refresh) shell.setLive('every', 'Every ' + refresh + format.NARROW + 's');
    else shell.setLive(page.streamState || 'connecting');
  }

  function mark(selector, isChosen) {
    for (const link of dom.findAll(selector)) {
      if (isChosen(link.dataset)) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  function pressed(id, value) {
    dom.byId(id).setAttribute('aria-pressed', String(value));
  }

  /** Captions, and which control is chosen. */
  function describe(page) {
    describeRange(page);
    describeLive(page);
    const { step } = page.data;
    dom.text(dom.byId('resolution'), stepName(step) + ' per point' + (step > 1 && page.state.peaks && !page.chart.stacked ? ', band shows the peaks inside each point' : ''));
    mark('[data-range]', data => data.range === page.state.range);
    mark('[data-style]', data => data.style === page.state.style);
    mark('[data-compare]', data => data.compare === (page.state.compare || ''));
    mark('[data-refresh]', data => data.refresh === String(page.state.refresh || ''));
    const compared = page.state.compare ? graphState.words(page.state.compare) : '';
    dom.text(dom.byId('comparing'), compared && ' ' + compared);
    dom.text(dom.byId('every'), page.state.refresh ? ' ' + page.state.refresh + format.NARROW + 's' : ' Live');
    for (const cell of dom.findAll('[data-past]')) cell.hidden = !page.state.compare;
    for (const name of dom.findAll('.past-name')) dom.text(name, compared);
    dom.text(dom.byId('unit'), 'Rates in ' + format.rates.unit + ', SI prefixes (1 k = 1000)');
    pressed('peaks', page.state.peaks);
    pressed('logarithmic', page.state.logarithmic);
    pressed('unit-toggle', page.state.bytes);
    dom.byId('golive').hidden = page.isLive;
    ['in', 'out'].forEach((side, k) => dom.find('[data-hide="' + side + '"]').setAttribute('aria-pressed', String(!page.state.hidden[k])));
    for (const row of page.laneRows) {
      const shown = !page.state.lanes.includes(Number(row.dataset.lane));
      dom.find('[data-hide]', row).setAttribute('aria-pressed', String(shown));
    }
  }

  /** Links do without scripts what they do here without a reload; with Ctrl or Shift they stay links. */
  function onLink(selector, action) {
    for (const link of dom.findAll(selector)) {
      link.addEventListener('click', event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        action(link.dataset);
      });
      link.addEventListener('keydown', event => {
        // A link that is a button answers to the space key too.
        if (event.key !== ' ' || link.getAttribute('role') !== 'button') return;
        event.preventDefault();
        action(link.dataset);
      });
    }
  }

  /** Shows or hides a direction, or a line by its number. Something always stays in sight. */
  function toggle(page, name) {
    const { hidden, lanes } = page.state;
    if (name === 'in' || name === 'out') {
      const k = name === 'in' ? 0 : 1;
      const next = hidden.slice();
      next[k] = !next[k];
      page.change({ hidden: next[0] && next[1] ? [k === 1, k === 0] : next });
      return;
    }
    const number = Number(name);
    const next = lanes.includes(number) ? lanes.filter(each => each !== number) : [...lanes, number].sort((a, b) => a - b);
    page.change({ lanes: next.length < page.boot.lanes.length ? next : [] });
  }

  /** A link of a drop-down menu: the menu closes. */
  function closing(menu, action) {
    return data => {
      dom.byId(menu).open = false;
      dom.find('summary', dom.byId(menu)).focus();
      action(data);
    };
  }

  const MENUS = ['export', 'compare', 'refresh', 'together'];

  function closeMenus(except) {
    for (const id of MENUS) {
      const menu = dom.byId(id);
      if (menu && !(except && menu.contains(except))) menu.open = false;
    }
  }

  function bindButtons(page) {
    const moves = { earlier: () => page.chart.pan(-0.5), later: () => page.chart.pan(0.5), out: () => page.chart.zoom(2, null) };
    onLink('[data-range]', data => page.preset(data.range));
    onLink('[data-style]', data => page.change({ style: data.style }));
    onLink('[data-move]', data => moves[data.move]());
    onLink('#peaks', () => page.change({ peaks: !page.state.peaks }));
    onLink('#logarithmic', () => page.change({ logarithmic: !page.state.logarithmic }));
    onLink('#golive', () => page.goLive());
    onLink('#unit-toggle', () => page.change({ bytes: !page.state.bytes }));
    onLink('[data-compare]', closing('compare', data => page.change({ compare: data.compare || null })));
    onLink('[data-refresh]', closing('refresh', data => page.change({ refresh: Number(data.refresh) || null })));
    onLink('[data-hide]', data => toggle(page, data.hide));
    document.addEventListener('click', event => closeMenus(event.target));
    dom.byId('retry').addEventListener('click', () => page.load());
    dom.find('.datatable').addEventListener('toggle', () => page.showValues());
    const chooser = dom.byId('choose');
    if (!chooser) return;
    chooser.addEventListener('change', () => {
      const view = new URLSearchParams(location.search);
      for (const name of ['device', 'interface', 'hide']) view.delete(name);
      location.href = 'graph?device=' + encodeURIComponent(page.boot.place) + '&interface=' + encodeURIComponent(chooser.value)
        + (view.size ? '&' + view : '');
    });
  }

  function bindKeys(page) {
    const keys = {
      '+': () => page.chart.zoom(0.5, page.chart.cursor),
      '-': () => page.chart.zoom(2, page.chart.cursor),
      0: () => page.goLive(),
      a: () => page.change({ style: 'area' }),
      l: () => page.change({ style: 'line' }),
      m: () => page.change({ style: 'mirror' }),
      p: () => page.change({ peaks: !page.state.peaks }),
      g: () => page.change({ logarithmic: !page.state.logarithmic }),
      b: () => page.change({ bytes: !page.state.bytes }),
      c: () => page.change({ compare: page.state.compare ? null : '1w' }),
      Backspace: () => history.back(),
      Escape: () => {
        closeMenus(null);
        page.chart.cancelGesture();
      },
    };
    keys['='] = keys['+'];
    keys['−'] = keys['-'];
    graphState.PRESETS.forEach((range, index) => {
      keys[String(index + 1)] = () => page.preset(range);
    });
    shell.bindKeys(keys);
    page.chart.element.addEventListener('keydown', event => {
      if (!event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
      page.chart.pan(event.key === 'ArrowLeft' ? -0.25 : 0.25);
      event.preventDefault();
    });
  }

  function bind(page) {
    bindButtons(page);
    bindKeys(page);
  }

  tikwatch.graphControls = { bind, describe, describeRange, describeLive, stepName };
})(globalThis.tikwatch ??= {});
