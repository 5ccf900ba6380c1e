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
    shell.setLive(page.isLive || page.streamState === 'delayed' ? page.streamState || 'connecting' : 'paused');
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
    dom.text(dom.byId('resolution'), stepName(step) + ' per point' + (step > 1 && page.state.peaks ? ', band shows the peaks inside each point' : ''));
    mark('[data-range]', data => data.range === page.state.range);
    mark('[data-style]', data => data.style === page.state.style);
    pressed('peaks', page.state.peaks);
    pressed('logarithmic', page.state.logarithmic);
    dom.byId('golive').hidden = page.isLive;
    ['in', 'out'].forEach((side, k) => dom.find('[data-hide="' + side + '"]').setAttribute('aria-pressed', String(!page.state.hidden[k])));
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

  function bindButtons(page) {
    const moves = { earlier: () => page.chart.pan(-0.5), later: () => page.chart.pan(0.5), out: () => page.chart.zoom(2, null) };
    onLink('[data-range]', data => page.preset(data.range));
    onLink('[data-style]', data => page.change({ style: data.style }));
    onLink('[data-move]', data => moves[data.move]());
    onLink('#peaks', () => page.change({ peaks: !page.state.peaks }));
    onLink('#logarithmic', () => page.change({ logarithmic: !page.state.logarithmic }));
    onLink('#golive', () => page.goLive());
    onLink('[data-hide]', data => {
      const k = data.hide === 'in' ? 0 : 1;
      const hidden = page.state.hidden.slice();
      hidden[k] = !hidden[k];
      page.change({ hidden: hidden[0] && hidden[1] ? [k === 1, k === 0] : hidden });
    });
    dom.byId('retry').addEventListener('click', () => page.load());
    dom.find('.datatable').addEventListener('toggle', () => page.showValues());
    const chooser = dom.byId('choose');
    chooser.addEventListener('change', () => {
      const query = new URLSearchParams(location.search);
      query.set('interface', chooser.value);
      location.href = location.pathname + '?' + query;
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
      Backspace: () => history.back(),
      Escape: () => {
        dom.byId('export').open = false;
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
