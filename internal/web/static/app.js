// What every page needs of a script, and nothing that a page needs to work.
"use strict";
(function () {
  const me = document.currentScript;
  const live = () => document.getElementById("live");

  // ECharts weighs a megabyte: it is fetched by the pages that show a chart.
  let charts;
  function load(src) {
    return new Promise((ok, no) => {
      const s = document.createElement("script");
      s.src = src;
      s.onload = ok;
      s.onerror = no;
      document.head.append(s);
    });
  }
  function drawCharts() {
    if (!document.querySelector("[data-chart]")) return;
    charts ??= load(me.dataset.echarts).then(() => load(me.dataset.charts));
    charts.then(() => window.ballastCharts(document), () => {}); // the table twin stays
  }

  // Text size is the reader's own and stays on his computer.
  function size(v) {
    if (v) document.documentElement.dataset.size = v;
    else delete document.documentElement.dataset.size;
  }
  try { size(localStorage.getItem("ballast-size")); } catch { /* storage is off: normal size */ }

  for (const p of document.querySelectorAll(".sizes")) p.hidden = false;

  // The focus rule. A swap may replace the element that had the focus; it then
  // goes to the new element with the same id, else to the part that was replaced,
  // never to the top of the page. The part's status line is announced once.
  let had = null;
  document.addEventListener("htmx:before:swap", () => {
    had = document.activeElement && document.activeElement !== document.body ? document.activeElement.id : null;
  });
  document.addEventListener("htmx:after:swap", (e) => {
    const part = e.detail?.ctx?.target;
    if (had && (document.activeElement === document.body || !document.activeElement)) {
      const again = document.getElementById(had);
      if (again) again.focus({ preventScroll: true });
      else if (part?.isConnected) {
        part.tabIndex = -1;
        part.focus({ preventScroll: true });
      }
    }
    drawCharts();
    const done = document.querySelector('[data-state="done"][data-next]');
    if (done) location.href = done.dataset.next;
  });

  // An answer that is an error leaves the part as it is and says why.
  document.addEventListener("htmx:response:error", (e) => say(e.detail?.ctx?.response?.status));
  document.addEventListener("htmx:error", () => say(0));
  function say(status) {
    live().textContent = status === 401 ? "登录已结束，请刷新页面重新登录。" : "没有更新成功，请刷新页面再试。";
  }

  document.addEventListener("click", (e) => {
    for (const d of document.querySelectorAll("details.me[open], details.columns[open]")) {
      if (!d.contains(e.target)) d.open = false;
    }
    const to = e.target.closest("[data-size-to]");
    if (to) {
      size(to.dataset.sizeTo);
      try { localStorage.setItem("ballast-size", to.dataset.sizeTo); } catch { /* as above */ }
    }
    if (e.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const d of document.querySelectorAll("details.me[open], details.columns[open]")) {
      d.open = false;
      d.querySelector("summary").focus();
    }
  });

  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", (e) => {
    const f = e.target;
    if (f.method !== "post" || f.hasAttribute("data-hx-post")) return;
    if (f.dataset.sent) { e.preventDefault(); return; }
    f.dataset.sent = "1";
    setTimeout(() => { delete f.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => {
    for (const f of document.querySelectorAll("form[data-sent]")) delete f.dataset.sent;
  });

  // A session ends when nobody uses it. Whoever is writing is told two minutes
  // before, so that he can save.
  const idle = Number(document.body.dataset.idle); // seconds; the two clocks may differ
  if (idle > 0) {
    setTimeout(() => {
      live().className = "flash flash-warn idle";
      live().textContent = "您已较长时间没有操作，两分钟后将自动退出，请及时保存。";
    }, Math.max(idle - 120, 0) * 1000);
  }

  drawCharts();
})();
