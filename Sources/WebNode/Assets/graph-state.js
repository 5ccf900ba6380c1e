/* Everything that a view of the graph page needs is in its address, so Back, reload and a copied link show the same picture. */
(function (tikwatch) {
  'use strict';

  const UNITS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31536000 };
  const PRESETS = ['5m', '15m', '1h', '6h', '24h', '7d', '30d', '1y', '5y'];
  const STYLES = ['area', 'line', 'mirror'];
  const STANDARD = '1h';
  const LONGEST = 20 * UNITS.y;
  const LANES = 12;
  const LOOKS = ['5', '30', '60'];

  /** Seconds of a range such as `15m` or `2w`; `null` for anything else. */
  function seconds(range) {
    const match = /^([1-9][0-9]{0,6})([smhdwy])$/.exec(range || '');
    if (!match) return null;
    const span = Number(match[1]) * UNITS[match[2]];
    return span >= 5 && span <= LONGEST ? span : null;
  }

  /** A range for people: `1 w` for `1w`. */
  const words = range => range.slice(0, -1) + tikwatch.format.NARROW + (range.endsWith('m') ? 'min' : range.slice(-1));

  /** Epoch seconds of an address parameter: digits, or a date and time of ISO 8601. */
  function epoch(text) {
    if (!text) return null;
    if (/^[0-9]{1,12}(\.[0-9]+)?$/.test(text)) return Math.floor(Number(text));
    const time = Date.parse(text);
    return Number.isFinite(time) && time >= 0 ? Math.floor(time / 1000) : null;
  }

  /** The view that a query string asks for. What it does not know falls back to the default, never to an error. */
  function read(query) {
    const parameters = new URLSearchParams(query);
    const from = epoch(parameters.get('from'));
    const to = epoch(parameters.get('to'));
    const fixed = from !== null && to !== null && to > from && to - from <= LONGEST;
    const range = parameters.get('range');
    const style = parameters.get('style');
    const hidden = (parameters.get('hide') || '').split(',');
    return {
      range: fixed ? null : seconds(range) ? range : STANDARD,
      from: fixed ? from : null,
      to: fixed ? to : null,
      style: STYLES.includes(style) ? style : 'area',
      peaks: parameters.get('peaks') !== '0',
      logarithmic: parameters.get('log') === '1',
      hidden: [hidden.includes('in'), hidden.includes('out')],
      lanes: hidden.map(Number).filter(number => Number.isInteger(number) && number >= 1 && number <= LANES).sort((a, b) => a - b),
      compare: seconds(parameters.get('compare')) ? parameters.get('compare') : null,
      bytes: parameters.get('unit') === 'B',
      refresh: LOOKS.includes(parameters.get('refresh')) ? Number(parameters.get('refresh')) : null,
    };
  }

  /** What is shown, as it stands in the address: names may hold encoded commas, which must not become plain ones. */
  const isSubject = part => /^(device|interface)=/.test(part);

  /** The query string of a view; defaults are left out, parameters of others are kept. */
  function write(state, query) {
    const given = query.replace(/^\?/, '').split('&').filter(Boolean);
    const parameters = new URLSearchParams(given.filter(part => !isSubject(part)).join('&'));
    const set = (name, value) => (value === null ? parameters.delete(name) : parameters.set(name, value));
    set('range', state.range !== null && state.range !== STANDARD ? state.range : null);
    set('from', state.range === null ? String(Math.round(state.from)) : null);
    set('to', state.range === null ? String(Math.round(state.to)) : null);
    set('style', state.style === 'area' ? null : state.style);
    set('peaks', state.peaks ? null : '0');
    set('log', state.logarithmic ? '1' : null);
    const hidden = [...['in', 'out'].filter((name, k) => state.hidden[k]), ...(state.lanes || [])];
    set('hide', hidden.length > 0 ? hidden.join(',') : null);
    set('compare', state.compare || null);
    set('unit', state.bytes ? 'B' : null);
    set('refresh', state.refresh ? String(state.refresh) : null);
    return [...given.filter(isSubject), parameters.toString()].filter(Boolean).join('&');
  }

  /** The navigator shows six times the view, but nothing after `now`. */
  function around([from, to], now) {
    const span = Math.min((to - from) * 6, LONGEST * 1.02);
    const end = Math.min(Math.max(now, to), to + (to - from) * 2);
    return [end - span, end];
  }

  tikwatch.graphState = { PRESETS, STANDARD, seconds, words, epoch, read, write, around };
})(globalThis.tikwatch ??= {});
