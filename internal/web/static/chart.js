// Draws every [data-chart] element from the JSON in its attribute; the shape is
// web.Chart. Loaded by app.js after ECharts.
"use strict";
window.ballastCharts = function (root) {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  const colours = [token("--accent"), "#94a3b8", token("--grade-a"), "#c27803", token("--red"), "#6d5aa8"];
  const text = { color: "#54555a", fontFamily: style.getPropertyValue("--font") };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  for (const el of root.querySelectorAll("[data-chart]")) {
    if (window.echarts.getInstanceByDom(el)) continue;
    const c = JSON.parse(el.dataset.chart);
    const lying = c.kind === "rank";
    const names = { type: "category", data: c.labels, inverse: lying, axisTick: { show: false }, axisLabel: text, axisLine: { lineStyle: { color: "#576270" } } };
    const values = { type: "value", min: c.min, axisLabel: text, splitLine: { lineStyle: { color: "#dbdee4" } } };
    const chart = window.echarts.init(el, null, { renderer: "svg" });
    chart.setOption({
      animation: !still,
      aria: { enabled: true, label: { description: c.title } },
      color: colours,
      textStyle: { fontFamily: text.fontFamily },
      grid: { left: 8, right: lying ? 48 : 16, top: c.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
      legend: c.series.length > 1 ? { right: 0, top: 4, textStyle: text } : undefined,
      // richText is drawn into the picture; the default writes style attributes,
      // which the Content-Security-Policy forbids.
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (v) => (v == null ? "—" : v.toFixed(c.decimal) + (c.unit ? " " + c.unit : "")) },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      series: c.series.map((s) => ({
        name: s.name,
        type: c.kind === "line" ? "line" : "bar",
        data: s.values,
        barMaxWidth: lying ? 12 : 28,
        symbol: "circle",
        symbolSize: 6,
        itemStyle: c.kind === "line" ? { color: undefined } : undefined,
        lineStyle: { width: s.dashed ? 2 : 2.5, type: s.dashed ? "dashed" : "solid" },
        label: lying ? { show: true, position: "right", color: "#1b2a3d", formatter: (p) => (p.value == null ? "—" : p.value.toFixed(c.decimal)) } : undefined,
      })),
    });
    new ResizeObserver(() => chart.resize()).observe(el);
  }
};
