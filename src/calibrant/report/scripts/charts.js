// Makes a chart of every picture that carries one. Without scripts the picture stands as it is.
//
// A chart is plain data (`Chart` in Python): columns, panels in Vega-Lite, what is told of a row
// (`readings`), names of series, and switches. Every text goes into the page as text.
'use strict';
(() => {
  const FORMS = {
    count: (value) => value.toLocaleString('en', { maximumFractionDigits: 2 }),
    number: (value) => value.toLocaleString('en', { maximumSignificantDigits: 5 }),
    percent: (value) => `${(100 * value).toFixed(1)}\u00a0%`,
    text: String,
  };
  const AXIS = {
    domainColor: 'var(--muted)',
    gridColor: 'var(--rule)',
    labelColor: 'var(--ink)',
    labelFontSize: 12,
    tickColor: 'var(--muted)',
    titleColor: 'var(--ink)',
    titleFontSize: 13,
    titleFontWeight: 400,
  };
  const CONFIG = {
    aria: true,
    axis: AXIS,
    background: 'transparent',
    concat: { spacing: 8 },
    font: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif',
    view: { stroke: null },
  };
  const BESIDE = 32; // pixels: the title on the left of a panel, half a label on its right
  const WIDEST = 480; // pixels of a panel
  const WAIT = 120; // milliseconds after the last change of width

  const tip = element('div', 'tip');
  tip.hidden = true;

  function element(name, kind, text) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function shown([, form, from, to], row) {
    const first = row[from];
    if (first === null || first === undefined) return 'none';
    if (to === undefined) return FORMS[form](first);
    const last = row[to];
    if (last === null || last === undefined) return 'none';
    return `${FORMS[form](first)} to ${FORMS[form](last)}`;
  }

  function rowsOf(columns) {
    const names = Object.keys(columns);
    const n = names.length ? columns[names[0]].length : 0;
    return Array.from({ length: n }, (_, k) =>
      Object.fromEntries(names.map((name) => [name, columns[name][k]])),
    );
  }

  /** What Vega-Lite draws: the panels one above the other, as wide as there is room. */
  function specification(chart, width) {
    const across = Math.max(140, Math.min(width - chart.margin - BESIDE, WIDEST));
    const panels = chart.panels.map(({ layers, height, pixels }) => ({
      width: across,
      height: pixels || Math.round(across * height),
      layer: layers,
    }));
    const whole = panels.length === 1 ? panels[0] : { vconcat: panels };
    return { ...whole, data: { name: 'rows' }, padding: 2 };
  }

  class Drawn {
    constructor(figure, chart) {
      this.figure = figure;
      this.chart = chart;
      this.rows = rowsOf(chart.columns);
      this.frame = figure.querySelector('.picture');
      this.still = this.frame.firstElementChild;
      this.place = element('div', 'drawn');
      this.said = element('p', 'unseen');
      this.said.setAttribute('aria-live', 'polite');
      this.inputs = chart.switches.map((one, k) => figure.querySelector(`[data-switch="${k}"]`));
      this.caption = figure.querySelector('figcaption .told');
      this.at = -1;
      this.width = 0;
      this.turn = 0;
    }

    begin() {
      const { figure, frame, place } = this;
      frame.setAttribute('role', 'group');
      place.tabIndex = 0;
      place.setAttribute('role', 'application');
      place.setAttribute('aria-roledescription', 'chart');
      place.setAttribute(
        'aria-label',
        `${frame.getAttribute('aria-label')} Left and right arrow keys read its points.`,
      );
      frame.removeAttribute('aria-label');
      this.still.classList.add('still');
      this.place.hidden = true; // until something is drawn, so that the picture can be printed
      frame.append(place, this.said);
      place.addEventListener('keydown', (event) => this.walk(event));
      place.addEventListener('blur', () => this.leave());
      place.addEventListener('pointermove', (event) => this.point(event.target));
      place.addEventListener('pointerdown', (event) => this.point(event.target));
      place.addEventListener('pointerleave', () => this.leave());
      if (this.chart.series.length > 1 || this.chart.keys.length) frame.before(this.legend());
      const box = figure.querySelector('.switches');
      if (box) box.hidden = false;
      for (const input of this.inputs) input.addEventListener('change', () => this.choose());
      let timer;
      new ResizeObserver(() => {
        clearTimeout(timer);
        timer = setTimeout(() => this.draw(), this.width ? WAIT : 0);
      }).observe(frame);
      this.choose();
    }

    legend() {
      const list = element('ul', 'legend');
      const named = this.chart.series.map((name, k) => [`series-${k}`, name]);
      const keys = this.chart.keys.map(([look, name]) => [`key-${look}`, name]);
      [...named, ...keys].forEach(([kind, name]) => {
        if (!name) return;
        const item = element('li', kind);
        item.append(element('span', 'mark'), element('bdi', '', name));
        list.append(item);
      });
      return list;
    }

    choices() {
      return this.inputs.map((input) => Number(input.value));
    }

    chosen() {
      const { switches } = this.chart;
      const wanted = this.choices();
      return this.rows.filter((row) =>
        switches.every(([field, , n], k) => wanted[k] >= n || row[field] === wanted[k]),
      );
    }

    choose() {
      this.turn += 1;
      this.leave();
      if (this.inputs.length) {
        this.tell();
        this.fill();
      }
      if (this.view) this.view.data('rows', this.chosen()).runAsync().then(() => this.name());
    }

    /** The sentences of all that is chosen, under the chart. */
    tell() {
      const wanted = this.choices();
      const told = Object.entries(this.chart.sentences)
        .filter(([key]) =>
          key.split('|').every((part, k) => {
            const n = this.chart.switches[k][2];
            return wanted[k] >= n || Number(part) === wanted[k];
          }),
        )
        .map(([, sentence]) => sentence);
      if (this.caption && told.length) this.caption.textContent = told.join(' ');
    }

    /** The table under the chart, of the rows that are chosen. */
    fill() {
      const table = this.figure.querySelector('table');
      if (!table) return;
      const { readings, series } = this.chart;
      const wanted = this.chosen();
      const several = new Set(wanted.map((row) => row.series)).size > 1;
      const head = table.tHead.rows[0];
      head.replaceChildren(
        ...[...readings.map(([label]) => label), ...(several ? ['Of'] : [])].map((label) => {
          const cell = element('th', '', label);
          cell.scope = 'col';
          return cell;
        }),
      );
      table.tBodies[0].replaceChildren(
        ...wanted.map((row) => {
          const line = element('tr');
          const texts = readings.map((reading) => shown(reading, row));
          if (several) texts.push(series[row.series]);
          texts.forEach((text, k) => {
            const cell = element(k ? 'td' : 'th', k ? 'number' : '', text);
            if (!k) cell.scope = 'row';
            line.append(cell);
          });
          return line;
        }),
      );
    }

    async draw() {
      const width = Math.floor(this.frame.clientWidth);
      if (!width || width === this.width) return;
      this.width = width;
      const { margin } = this.chart;
      const { compile, expressionInterpreter, parse, View } = vegaBundle;
      const { spec } = compile(specification(this.chart, width), {
        config: { ...CONFIG, axisY: { minExtent: margin, maxExtent: margin, titlePadding: 4 } },
      });
      const sheet = element('div');
      const view = new View(parse(spec, null, { ast: true }), {
        container: sheet,
        expr: expressionInterpreter,
        hover: false,
        renderer: 'svg',
        tooltip: () => {},
      });
      let turn;
      do {
        turn = this.turn; // a switch may be turned meanwhile
        await view.data('rows', this.chosen()).runAsync();
      } while (turn !== this.turn);
      if (width !== this.width) {
        view.finalize(); // the window went on changing meanwhile
        return;
      }
      if (this.view) this.view.finalize();
      this.view = view;
      this.leave();
      this.place.replaceChildren(sheet); // there is a drawing at any time
      this.name();
      this.place.hidden = false;
      this.frame.classList.add('live');
      this.figure.dataset.drawn = String(width);
    }

    /** One name for the whole drawing; its parts are read by the arrow keys and by the table. */
    name() {
      const svg = this.place.querySelector('svg');
      if (!svg) return;
      svg.setAttribute('aria-hidden', 'true');
      svg.setAttribute('focusable', 'false');
      this.at = -1;
    }

    marks() {
      const told = [...this.place.querySelectorAll('svg path, svg rect')].filter((mark) => {
        const item = mark.__data__;
        return item && item.tooltip !== undefined && item.datum;
      });
      const x = (mark) => mark.getBoundingClientRect().x;
      return told.sort((a, b) => x(a) - x(b));
    }

    walk(event) {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') this.leave();
      if (!step) return;
      event.preventDefault();
      const marks = this.marks();
      if (!marks.length) return;
      this.at = Math.min(marks.length - 1, Math.max(0, this.at + step));
      this.point(marks[this.at]);
      this.said.textContent = this.lines(marks[this.at].__data__.datum).join(', ');
    }

    lines(row) {
      const { readings, series } = this.chart;
      const of = series.length > 1 && series[row.series] ? [series[row.series]] : [];
      return [...of, ...readings.map((one) => `${one[0]}: ${shown(one, row)}`)];
    }

    point(mark) {
      const item = mark && mark.__data__;
      if (!item || item.tooltip === undefined || !item.datum) {
        this.leave();
        return;
      }
      if (this.pointed === mark) return;
      this.leave();
      this.pointed = mark;
      mark.classList.add('at');
      const { readings, series } = this.chart;
      const row = item.datum;
      tip.replaceChildren();
      if (series.length > 1 && series[row.series]) {
        tip.append(element('p', '', series[row.series]));
      }
      const list = element('dl');
      for (const reading of readings) {
        list.append(element('dt', '', reading[0]), element('dd', '', shown(reading, row)));
      }
      tip.append(list);
      tip.hidden = false;
      const box = mark.getBoundingClientRect();
      const { offsetWidth, offsetHeight } = tip;
      const room = document.documentElement.clientWidth - offsetWidth - 8;
      const left = Math.max(8, Math.min(room, box.x + box.width / 2 - offsetWidth / 2));
      const above = box.y - offsetHeight - 10;
      tip.style.left = `${left + scrollX}px`;
      tip.style.top = `${(above < 4 ? box.bottom + 10 : above) + scrollY}px`;
    }

    leave() {
      if (this.pointed) this.pointed.classList.remove('at');
      this.pointed = undefined;
      tip.hidden = true;
    }
  }

  tip.setAttribute('aria-hidden', 'true'); // the same is said where the arrow keys are used
  document.querySelector('main').append(tip);
  const charts = [...document.querySelectorAll('script[type="application/json"][data-chart]')];
  const eager = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        eager.unobserve(target);
        waiting.get(target).begin();
        waiting.delete(target);
      }
    },
    { rootMargin: '600px' },
  );
  const waiting = new Map();
  for (const script of charts) {
    const figure = script.closest('figure');
    waiting.set(figure, new Drawn(figure, JSON.parse(script.textContent)));
    eager.observe(figure);
  }
  document.documentElement.dataset.charts = String(charts.length);
})();
