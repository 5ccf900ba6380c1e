/* The export menu: files are plain links that follow the view; copying, the canvas image and printing need scripts. */
(function (tikwatch) {
  'use strict';

  const { dom, format, shell } = tikwatch;
  const HEAD = 56; // pixels above the chart in an exported image

  /** `device_interface_from_to.png`, safe characters only. */
  function fileName(page, extension) {
    const safe = text => text.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'x';
    const stamp = epoch => format.moment(epoch, 0).replace(/[^0-9]/g, '').slice(0, 14);
    const [from, to] = page.range();
    const names = [page.boot.place, page.boot.title].filter(Boolean).map(name => safe(name).slice(0, 80));
    return [...names, stamp(from), stamp(to)].join('_') + '.' + extension;
  }

  /** Copies text; where the browser has no clipboard (plain HTTP), shows it selected. */
  async function copy(text, said) {
    if (navigator.clipboard && globalThis.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        shell.say(said);
        dom.text(dom.byId('export-note'), said);
        return;
      } catch (error) {
        // Permission refused: show the text instead.
      }
    }
    const dialog = dom.byId('copy');
    const area = dialog.querySelector('textarea');
    area.value = text;
    dialog.showModal();
    area.focus();
    area.select();
  }

  /** The view as the user sees it, twice the size, with title and legend. */
  function image(page) {
    const { chart } = page;
    const { width, height, density, cursor } = chart;
    chart.setSize(width, height, 2);
    chart.draw();
    const canvas = document.createElement('canvas');
    canvas.width = width * 2;
    canvas.height = (height + HEAD) * 2;
    const context = canvas.getContext('2d');
    context.scale(2, 2);
    context.fillStyle = chart.colours.surface;
    context.fillRect(0, 0, width, height + HEAD);
    context.fillStyle = chart.colours.strong;
    context.font = chart.font.replace('12px', '600 15px');
    context.fillText([page.boot.title, page.boot.place].filter(Boolean).join(' · '), 14, 24);
    context.font = chart.font;
    context.fillStyle = chart.colours.text;
    context.fillText(format.interval(...page.range()) + '  ' + format.zoneName(), 14, 43);
    if (chart.lanes) lanesLegend(context, chart, width);
    else legend(context, chart, width);
    context.drawImage(chart.base, 0, HEAD, width, height);
    chart.setSize(width, height, density);
    chart.draw();
    chart.setCursor(cursor);
    return canvas;
  }

  function legend(context, chart, width) {
    let x = width - 14;
    context.textAlign = 'right';
    for (const k of [1, 0]) {
      if (chart.hidden[k]) continue;
      const text = (k ? '↑ ' : '↓ ') + chart.names[k];
      context.fillStyle = chart.colours.text;
      context.fillText(text, x, 24);
      x -= context.measureText(text).width + 16;
      context.fillStyle = chart.colours.series[k];
      context.fillRect(x, 14, 10, 10);
      x -= 18;
    }
    context.textAlign = 'left';
  }

  function lanesLegend(context, chart, width) {
    let x = width - 14;
    context.textAlign = 'right';
    for (const [index, lane] of [...chart.lanes.entries()].reverse()) {
      if (lane.hidden || x < width / 3) continue;
      const name = lane.name.length > 24 ? lane.name.slice(0, 23) + '…' : lane.name;
      context.fillStyle = chart.colours.text;
      context.fillText(name, x, 24);
      x -= context.measureText(name).width + 16;
      context.fillStyle = chart.colours.lanes[index];
      context.fillRect(x, 14, 10, 10);
      x -= 18;
    }
    context.textAlign = 'left';
  }

  function download(blob, name) {
    const link = dom.make('a', '');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function command(page) {
    const response = await fetch(dom.find('[data-export="rrdtool"]').href);
    const text = await response.text();
    if (response.ok) await copy(text.trim(), 'rrdtool command copied');
    else shell.say('The server gave no rrdtool command.');
  }

  /** Brings the links of the menu in line with the view. */
  function follow(page) {
    const [from, to] = page.range().map(Math.round);
    const theme = getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'dark' : 'light';
    for (const link of dom.findAll('[data-export]')) {
      const url = new URL(link.href);
      const parameters = url.searchParams;
      // The subject goes in as it is: commas between names are plain, those in names encoded.
      for (const name of ['device', 'interface']) parameters.delete(name);
      const set = (name, value) => (value === null ? parameters.delete(name) : parameters.set(name, value));
      set('from', String(from));
      set('to', String(to));
      if (/graph\.|rrdtool/.test(url.pathname)) {
        set('style', page.state.style);
        set('theme', theme);
        set('peaks', page.state.peaks ? null : '0');
        set('log', page.state.logarithmic ? '1' : null);
        set('compare', page.state.compare);
        set('hide', ['in', 'out'].filter((name, k) => page.state.hidden[k]).concat(page.state.lanes).join(',') || null);
      } else {
        set('points', String(Math.min(page.points(), page.content.mostPoints)));
        set('zone', format.zoneName());
      }
      set('unit', page.state.bytes && !/json/.test(url.pathname) ? 'B' : null);
      link.href = url.pathname + '?' + page.boot.query + '&' + parameters;
      if (link.hasAttribute('download')) link.download = fileName(page, link.dataset.export);
    }
  }

  function bind(page) {
    const menu = dom.byId('export');
    const actions = {
      link: () => copy(location.href, 'Link copied'),
      canvas: () => image(page).toBlob(blob => download(blob, fileName(page, 'png')), 'image/png'),
      rrdtool: () => command(page),
      print: () => globalThis.print(),
    };
    // On paper nothing can be opened: the values are told there.
    const table = dom.find('.datatable');
    let wasOpen = false;
    addEventListener('paper', ({ detail: isOn }) => {
      if (isOn) wasOpen = table.open;
      table.open = isOn || wasOpen;
      page.showValues();
    });
    menu.addEventListener('toggle', () => {
      if (menu.open) follow(page);
      dom.text(dom.byId('export-note'), '');
    });
    menu.addEventListener('click', event => {
      const chosen = event.target.closest('[data-action]');
      if (!chosen) return;
      event.preventDefault();
      menu.open = false;
      actions[chosen.dataset.action]();
    });
  }

  tikwatch.graphExport = { bind, follow, fileName };
})(globalThis.tikwatch ??= {});
