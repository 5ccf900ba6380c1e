/* Clients: the filter works while typing, the list keeps itself fresh, opened rows stay open. */
(function (tikwatch) {
  'use strict';

  const { dom, clock } = tikwatch;
  const PAUSE = 300; // milliseconds after the last key
  const REFRESH = 15000;

  class Clients {
    constructor(form) {
      this.form = form;
      this.asked = 0;
      form.addEventListener('submit', event => {
        event.preventDefault();
        this.apply();
      });
      dom.byId('find-client').addEventListener('input', () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.apply(), PAUSE);
      });
      dom.byId('client-device').addEventListener('change', () => this.apply());
      setInterval(() => document.hidden || this.refresh(), REFRESH);
    }

    /** The address that the form stands for; pages begin anew. */
    apply() {
      const url = new URL(location.href);
      for (const [name, value] of new FormData(this.form)) {
        if (value) url.searchParams.set(name, value);
        else url.searchParams.delete(name);
      }
      url.searchParams.delete('page');
      if (url.href === location.href) return;
      history.replaceState(null, '', url);
      this.refresh();
    }

    async refresh() {
      const turn = (this.asked += 1);
      const open = dom.findAll('[data-client] details[open]').map(element => element.closest('[data-client]').dataset.client);
      try {
        await tikwatch.refresh(() => turn === this.asked);
      } catch (error) {
        return; // what is shown stays; the next round asks again
      }
      for (const row of dom.findAll('[data-client]')) if (open.includes(row.dataset.client)) dom.find('details', row).open = true;
    }
  }

  tikwatch.page = () => {
    const form = dom.byId('filter');
    clock.sync(dom.boot().t);
    if (form) new Clients(form);
  };
})(globalThis.tikwatch ??= {});
