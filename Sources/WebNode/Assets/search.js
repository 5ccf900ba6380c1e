/* The search box in the top bar: finds devices and interfaces as you type. Without scripts it is a form that filters the overview. */
(function (tikwatch) {
  'use strict';

  const { dom } = tikwatch;
  const LIMIT = 12;

  class Search {
    constructor(form) {
      this.form = form;
      this.input = form.querySelector('input');
      this.list = form.querySelector('.results');
      this.active = -1;
      this.entries = null;
      this.input.addEventListener('focus', () => this.load());
      this.input.addEventListener('input', () => this.show());
      this.input.addEventListener('keydown', event => this.key(event));
      form.addEventListener('submit', event => this.submit(event));
      form.addEventListener('focusout', event => {
        if (!form.contains(event.relatedTarget)) this.hide();
      });
    }

    /** Asks for the names once, when somebody first wants to search. */
    async load() {
      if (this.entries) return;
      this.entries = [];
      try {
        const answer = await dom.json('api/v1/live');
        for (const [device, state] of Object.entries(answer.devices)) {
          this.entries.push({ device, text: device.toLowerCase() });
          for (const name of Object.keys(state.interfaces)) this.entries.push({ device, name, text: (device + ' ' + name).toLowerCase() });
        }
        this.show();
      } catch (error) {
        this.entries = null; // the next focus tries again; until then Enter filters the overview
      }
    }

    matches() {
      const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length === 0 || !this.entries) return [];
      const found = this.entries.filter(entry => words.every(word => entry.text.includes(word)));
      const rank = entry => (entry.text.startsWith(words[0]) ? 0 : 1) + (entry.name ? 1 : 0);
      return found.map((entry, order) => ({ entry, order })).sort((a, b) => rank(a.entry) - rank(b.entry) || a.order - b.order)
        .slice(0, LIMIT).map(item => item.entry);
    }

    show() {
      const found = this.matches();
      this.active = -1;
      this.list.replaceChildren(...found.map((entry, index) => {
        const link = dom.make('a', '', dom.make('span', 'what', entry.name || entry.device), dom.make('small', '', entry.name ? entry.device : 'device'));
        link.href = entry.name ? tikwatch.links.graph(entry.device, entry.name) : tikwatch.links.device(entry.device);
        link.id = 'result-' + index;
        link.setAttribute('role', 'option');
        link.tabIndex = -1;
        return link;
      }));
      if (found.length === 0 && this.input.value.trim() && this.entries) this.list.append(dom.make('p', '', 'Nothing found'));
      this.list.hidden = this.list.childElementCount === 0;
      this.input.setAttribute('aria-expanded', String(!this.list.hidden));
      this.input.removeAttribute('aria-activedescendant');
    }

    hide() {
      this.list.hidden = true;
      this.input.setAttribute('aria-expanded', 'false');
    }

    key(event) {
      const links = dom.findAll('a', this.list);
      if (event.key === 'Escape') {
        this.hide();
        this.input.blur();
      } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && links.length > 0) {
        event.preventDefault();
        this.active = (this.active + (event.key === 'ArrowDown' ? 1 : -1) + links.length) % links.length;
        links.forEach((link, index) => link.setAttribute('aria-selected', String(index === this.active)));
        links[this.active].scrollIntoView({ block: 'nearest' });
        this.input.setAttribute('aria-activedescendant', links[this.active].id);
      }
    }

    submit(event) {
      const links = dom.findAll('a', this.list);
      if (this.list.hidden || links.length === 0) return; // the form goes to the overview, filtered
      event.preventDefault();
      location.href = links[Math.max(0, this.active)].href;
    }
  }

  /** Same as `FolderName.escape` of the server, which the path of a device's page uses. */
  function folder(name) {
    const bytes = new TextEncoder().encode(name);
    if (bytes.length === 0) return '_';
    let text = '';
    bytes.forEach((byte, index) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9.-]/.test(character) && !(index === 0 && character === '.')) text += character;
      else text += '_' + byte.toString(16).padStart(2, '0');
    });
    return text;
  }

  tikwatch.links = {
    folder,
    /** A name whose folder form was cut needs a digest; its page is reached through the overview's search instead. */
    device: name => (folder(name).length > 100 ? './?q=' + encodeURIComponent(name) : 'devices/' + folder(name)),
    graph: (device, name) => 'graph?device=' + encodeURIComponent(device) + '&interface=' + encodeURIComponent(name),
  };

  addEventListener('DOMContentLoaded', () => {
    const form = dom.byId('search');
    if (!form) return;
    const search = new Search(form);
    tikwatch.shell.bindKeys({
      '/': () => {
        form.classList.add('open');
        search.input.focus();
        search.input.select();
      },
    });
    const opener = dom.byId('find');
    if (opener) {
      opener.addEventListener('click', () => {
        form.classList.toggle('open');
        if (form.classList.contains('open')) search.input.focus();
      });
    }
  });
})(globalThis.tikwatch ??= {});
