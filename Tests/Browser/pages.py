"""The pages that the tests go through, by name."""

GRAPH = "graph?device=gw-riga&interface=ether1"
SEVERAL = GRAPH + ",sfp-sfpplus1,bridge"
REPORT = "reports?device=gw-riga"
PAGES = {
    "overview": "", "table": "?view=table", "table-log": "?view=table&scale=log", "device": "devices/gw-riga", "device-down": "devices/offline",
    "clients": "clients", "cluster": "cluster?replicas=all", "graphs": "graph", "graph": GRAPH,
    "graph-mirror-24h": GRAPH + "&range=24h&style=mirror", "graph-line": GRAPH + "&range=15m&style=line", "graph-7d": GRAPH + "&range=7d",
    "graph-several": SEVERAL + "&range=15m", "graph-all": "graph?device=all", "graph-compare": GRAPH + "&range=6h&compare=1d",
    "reports": "reports", "report": REPORT, "report-interface": REPORT + "&interface=ether1&unit=GiB",
}
