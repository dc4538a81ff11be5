"use strict";
(() => {
  // a frame that shows the report as text has no address: there a link to a section would load the page around it
  if (location.protocol === "about:") {
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      link.addEventListener("click", (click) => {
        click.preventDefault();
        document.getElementById(link.hash.slice(1)).scrollIntoView();
      });
    }
  }
  const PRINT_WIDTH = 680;
  const config = { displaylogo: false, showSendToCloud: false, displayModeBar: false, responsive: true };
  const charts = [...document.querySelectorAll(".chart")];
  for (const chart of charts) {
    const specification = JSON.parse(document.getElementById(`${chart.id}-data`).textContent);
    Plotly.newPlot(chart, specification.data, specification.layout, config);
  }
  // paper is narrower than most windows, and nothing resizes charts for it
  addEventListener("beforeprint", () => charts.forEach((chart) => Plotly.relayout(chart, { width: PRINT_WIDTH })));
  addEventListener("afterprint", () => charts.forEach((chart) => Plotly.relayout(chart, { width: null, autosize: true })));
})();
