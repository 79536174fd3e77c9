// SPDX-License-Identifier: MIT
#include "report/render/page/html_style.h"

namespace dmarcq {

// Blue and orange, because red and green look alike to one reader in twelve; every series has a
// pattern besides, every state a word. Text keeps 4.5:1 and marks 3:1 against their ground in both
// themes (tests/e2e/page runs axe-core over both). Sizes are in rem, so the reader's own font size
// holds. Printing always takes the light theme.
// Long because it is the style sheet.
std::string_view page_style() {
  return R"css(:root{color-scheme:light dark;--bg:#fff;--ink:#1c2128;--muted:#535d68;--line:#d4dae1;--panel:#f4f6f9;--link:#0b57a4;)css"
         R"css(--good:#1f5fa8;--bad:#a8400a;--c0:#1f5fa8;--b1:#df7a35;--m1:#8f3d06;--s1:#a8480c;--b2:#f6d48f;--m2:#7a5000;--s2:#8a5c00;--b3:#cdbdf0;--m3:#5b3fa6;--s3:#5b3fa6;--b4:#b4d3f0;--m4:#1f5fa8;--s4:#2f74ba}
@media screen and (prefers-color-scheme:dark){:root{--bg:#10151b;--ink:#e7edf3;--muted:#a2aebb;--line:#323b46;--panel:#181f27;--link:#82bbf5;)css"
         R"css(--good:#7db6f2;--bad:#f5a06a;--c0:#5aa2ee;--b1:#e07c33;--m1:#4f2203;--s1:#f0a06a;--b2:#574107;--m2:#f6d48f;--s2:#e6b854;--b3:#3a2a6b;--m3:#c3b2f5;--s3:#b49df2;--b4:#1c456f;--m4:#a6cff8;--s4:#7db4ee}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:67rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2.25rem}
h1,h2,h3{line-height:1.25;margin:0;font-weight:650;text-wrap:balance}
h1{font-size:2rem;letter-spacing:-.015em}
h2{font-size:1.375rem;letter-spacing:-.008em;margin-bottom:.35rem}
h3{font-size:1.0625rem;margin:1.75rem 0 .35rem}
p{margin:.35rem 0 .75rem;max-width:46rem}
a{color:var(--link);text-underline-offset:.15em;overflow-wrap:anywhere}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.lead{color:var(--muted)}
.kicker{margin:0 0 .35rem;font-size:.8125rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;color:var(--muted)}
.facts{margin:.5rem 0 0;color:var(--muted);max-width:none}
section{margin-top:2.25rem}
.verdict{margin-top:1.5rem;padding:1.25rem 1.5rem 1.3rem;background:var(--panel);border-left:.4rem solid var(--muted);border-radius:.3rem}
.verdict.ready,.verdict.at-goal{border-left-color:var(--good)}
.verdict.not-ready,.verdict.no-reports{border-left-color:var(--s1)}
.verdict h2{font-size:1.25rem;line-height:1.35;font-weight:600;margin:.5rem 0 0;max-width:52rem}
.verdict p.next{margin:.6rem 0 0}
.record{display:block;margin:.9rem 0 0;padding:.6rem .8rem;border:1px solid var(--line);border-radius:.25rem;background:var(--bg);max-width:46rem}
.badge{display:inline-block;padding:.1rem .6rem;border:1.5px solid currentColor;border-radius:1rem;font-size:.8125rem;font-weight:650;letter-spacing:.02em;white-space:nowrap}
.ready .badge,.at-goal .badge,.badge.good,.state.good{color:var(--good)}
.not-ready .badge,.no-reports .badge,.badge.bad,.state.bad{color:var(--bad)}
.state{font-weight:600;white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums;margin:.75rem 0 0}
caption{text-align:left;color:var(--muted);font-size:.875rem;padding:0 0 .4rem}
th,td{padding:.45rem .9rem .45rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.8125rem;font-weight:600;color:var(--muted);vertical-align:bottom;border-bottom:1.5px solid var(--muted)}
thead th.n{white-space:normal}
tbody th{font-weight:600}
tfoot th,tfoot td{border-bottom:0;border-top:1.5px solid var(--muted);font-weight:600}
.n{text-align:right;white-space:nowrap}
.sub{display:block;font-weight:400;color:var(--muted);font-size:.875rem}
.scroll{overflow-x:auto;margin-top:.75rem}
.scroll table{margin-top:0}
.scroll caption{position:sticky;left:0}
.tight td,.tight th{padding-right:.7rem}
.day,.day code{white-space:nowrap}
.who{min-width:12.5rem}
td>code{white-space:nowrap}
td bdi,th bdi,.big{overflow-wrap:anywhere}
.strip-of-tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:1rem 1.5rem;margin:1.5rem 0 0;padding:0;list-style:none}
.strip-of-tiles li{border-top:3px solid var(--line);padding-top:.5rem}
.strip-of-tiles .name{display:block;font-size:.8125rem;font-weight:600;color:var(--muted)}
.strip-of-tiles .big{display:block;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.015em;font-variant-numeric:tabular-nums}
bdi{overflow-wrap:anywhere;max-width:100%}
.sub bdi{display:inline-block;overflow:hidden;vertical-align:top}
.strip-of-tiles .of{display:block;color:var(--muted);font-size:.8125rem;line-height:1.4}
.actions{margin:.9rem 0 0;padding-left:1.4rem}
.actions details{margin-top:.2rem}
.actions li::marker{font-weight:650}
.actions>li{margin-top:.8rem;max-width:52rem}
.actions h3{margin:0;font-size:1rem}
.actions h3 code,.card h3 code{font-weight:400;font-size:.75rem;color:var(--muted)}
.actions p{margin:.15rem 0 0}
.actions li li{margin:.2rem 0}
.verdict .actions p{font-size:.9375rem}
.small{font-size:.875rem;color:var(--muted)}
.small b{font-weight:600}
.senders td:last-child{min-width:12rem}
.cards th[scope=row]{min-width:12.5rem;max-width:20rem}
td code{font-size:.75rem;color:var(--muted)}
.appendix details{border-top:1px solid var(--line);padding:.35rem 0;margin:0}
.appendix details[open]{padding-bottom:1.25rem}
figure{margin:1.75rem 0 0}
figcaption{font-weight:600}
figcaption .sub{margin-top:.1rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0 .6rem;padding:0;list-style:none;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.45rem}
.swatch{width:.875rem;height:.875rem;flex:none}
.patterns{position:absolute}
.fold,.unfold{display:none}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text{font-size:13px;fill:var(--muted);font-family:inherit;font-variant-numeric:tabular-nums}
.narrow{display:none}
.grid{stroke:var(--line);stroke-width:1}
.axis{stroke:var(--muted);stroke-width:1}
.i0{fill:var(--c0)}.i1{fill:url(#p1);stroke:var(--s1)}.i2{fill:url(#p2);stroke:var(--s2)}.i3{fill:url(#p3);stroke:var(--s3)}.i4{fill:url(#p4);stroke:var(--s4)}
.i1,.i2,.i3,.i4{stroke-width:.75}
.b1{fill:var(--b1)}.m1{fill:var(--m1)}.b2{fill:var(--b2)}.m2{fill:var(--m2)}.b3{fill:var(--b3)}.m3{fill:var(--m3)}.b4{fill:var(--b4)}.m4{fill:var(--m4)}
.mark{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}
.partial{fill:var(--panel)}
.spark{display:block;width:7.5rem;height:1.5rem}
.spark .i1{fill:var(--b1);stroke:none}
.events{margin:.4rem 0 0;padding:0;list-style:none;font-size:.875rem;color:var(--muted)}
.gap{fill:var(--muted)}
.strip{display:block;width:100%;height:.875rem;min-width:7rem}
.coverage td:nth-child(2){width:52%;vertical-align:middle}
.ends{display:flex;justify-content:space-between;gap:1rem;font-weight:400}
.chooser input{position:absolute;opacity:0}
.chooser label{display:inline-block;margin:.35rem .4rem 0 0;padding:.15rem .7rem;border:1.5px solid var(--line);border-radius:1rem;font-size:.875rem;cursor:pointer}
.chooser input:checked+label{border-color:var(--link);color:var(--link);font-weight:600}
.chooser input:focus-visible+label{outline:3px solid var(--link);outline-offset:2px}
.choose-act:checked~.lines tbody tr:not(.act),.choose-move:checked~.lines tbody tr:not(.move),.choose-wait:checked~.lines tbody tr:not(.wait),.choose-done:checked~.lines tbody tr:not(.done){display:none}
details{margin-top:.75rem}
summary{cursor:pointer;color:var(--link);font-size:.9375rem;width:fit-content;padding:.2rem 0}
.card{margin-top:1.25rem;padding:1.1rem 1.35rem 1.2rem;border:1px solid var(--line);border-radius:.35rem}
.card h3{margin:0;font-size:1rem}
.card p{margin:.55rem 0 0}
.card ol{margin:.3rem 0 0;padding-left:1.4rem;max-width:46rem}
.card ol li{margin:.2rem 0}
ul.plain{margin:.35rem 0 0;padding-left:1.25rem;max-width:46rem}
ul.plain li{margin:.2rem 0}
dl{margin:.75rem 0 0;display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.5rem 1.5rem;font-size:.9375rem}
dt{font-weight:600}
dd{margin:0;max-width:44rem}
footer{margin-top:3rem;padding-bottom:3rem;color:var(--muted);font-size:.875rem}
footer p{border-top:1px solid var(--line);padding-top:1rem;max-width:none}
@media screen and (max-width:44rem){
header,main,footer{padding-left:1rem;padding-right:1rem}
body{font-size:.9375rem;line-height:1.4}
header{padding-top:.75rem}
.kicker{margin-bottom:.15rem;font-size:.75rem}
h1{font-size:1.25rem}
h2{font-size:1.125rem;margin-bottom:.2rem}
p{margin:.2rem 0 .4rem}
.facts{margin-top:.15rem;font-size:.875rem}
section{margin-top:1rem}
.strip-of-tiles{grid-template-columns:1fr 1fr;gap:.5rem .9rem;margin-top:.6rem}
.strip-of-tiles li{border-top-width:2px;padding-top:.25rem}
.strip-of-tiles .name{font-size:.75rem}
.strip-of-tiles .big{font-size:1.125rem}
.strip-of-tiles .of{font-size:.75rem;line-height:1.3}
.verdict{margin-top:.75rem;padding:.6rem .75rem .65rem}
.verdict h2{font-size:1rem;line-height:1.3;margin-top:.3rem}
.actions{margin-top:.4rem;padding-left:1.15rem}
.actions>li{margin-top:.45rem}
.actions h3{font-size:.9375rem;text-wrap:wrap}
.actions p,.verdict .actions p{margin-top:.1rem;font-size:.875rem;line-height:1.35}
.verdict .actions p.small{font-size:.8125rem}
.actions details{margin-top:.1rem}
.verdict .lead{margin-bottom:0;font-size:.8125rem}
.fold{display:block;position:absolute;opacity:0}
.unfold{display:block;width:fit-content;margin-top:.3rem;padding:.2rem 0;color:var(--link);font-size:.9375rem;cursor:pointer}
.unfold::before{content:"▸ "/""}
.fold:checked~.unfold::before{content:"▾ "/""}
.fold:focus-visible~.unfold{outline:3px solid var(--link);outline-offset:2px}
.fold:not(:checked)~.tail,.fold:not(:checked)~* .tail{display:none}
section>p,ul.plain{font-size:.875rem}
ul.plain{padding-left:1.1rem}
ul.plain li{margin:.1rem 0}
figure{margin-top:.4rem}
.legend{display:grid;grid-template-columns:1fr 1fr;gap:.1rem .75rem;margin:.3rem 0;font-size:.8125rem}
.events{margin-top:.1rem;font-size:.8125rem}
details{margin-top:.3rem}
table{font-size:.875rem;margin-top:.3rem}
caption{font-size:.8125rem;padding-bottom:.15rem}
th,td{padding-top:.3rem;padding-bottom:.3rem;padding-right:.6rem}
.wide{display:none}.narrow{display:block}
.cards,.cards tbody,.cards tr{display:block}
.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards tr{display:flex;flex-wrap:wrap;align-items:baseline;gap:.05rem .6rem;padding:.25rem 0;border-bottom:1px solid var(--line)}
.cards th,.cards td{border:0;padding:0;text-align:left;font-size:.875rem}
.cards th[scope=row]{flex:1 1 100%;min-width:0;font-size:.9375rem}
.cards td[data-label]::before{content:attr(data-label) " ";color:var(--muted);font-size:.8125rem;font-weight:400}
.cards td[data-label="Status"]::before,.cards td[data-label="Verdict"]::before,.cards td[data-label="What to do"]::before,.cards td[data-label="Trend"]::before{content:none}
.cards caption{display:block}
.cards td:not([data-label]),.cards td.none{display:none}
.cards .spark{width:3rem;height:1rem}
.senders tr{column-gap:.45rem}
.senders td{order:2;font-size:.8125rem;line-height:1.3}
.senders td[data-label]::before{font-size:.75rem}
.senders th[scope=row]{flex:1 1 calc(100% - 4rem);line-height:1.3}
.senders td[data-label="Trend"]{order:1}
.senders td[data-label="What to do"]{min-width:0}
.card{padding:.9rem 1rem 1rem}
dl{display:block}
dt{margin-top:.75rem}
.coverage td:nth-child(2){width:auto}
.opt{display:none}
thead th,thead th.n{white-space:normal}
.appendix details{padding:.05rem 0}
.appendix>details>summary{font-size:.875rem}
footer{margin-top:1.1rem;padding-bottom:1rem;font-size:.75rem}
footer p{padding-top:.5rem;margin:0}
}
@media print{
@page{margin:16mm 14mm}
:root{color-scheme:light}
html{font-size:9.2pt}
body{line-height:1.4}
th,td{padding-top:.28rem;padding-bottom:.28rem}
.verdict{margin-top:.9rem;padding:.8rem 1.1rem .9rem}
.strip-of-tiles{gap:.6rem 1rem;margin-top:.8rem}
.strip-of-tiles .big{font-size:1.3rem}
.senders td:last-child{min-width:11rem}
.who{min-width:9rem}
header,main,footer{max-width:none;padding:0}
header{padding-top:0}
section{margin-top:1.2rem}
.appendix,footer{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
h2,h3,figcaption,caption,.lead,.legend{break-after:avoid}
.card,.actions>li,figure,tr,.strip-of-tiles li,dt,dd{break-inside:avoid}
figure.long{break-inside:auto}
thead{display:table-header-group;break-after:avoid}
.scroll{overflow:visible}
details{display:none}
a{color:inherit}
a[href^=https]::after{content:" (" attr(href) ")";font-size:.85em;color:var(--muted)}
p,li{orphans:3;widows:3}
}
@media (forced-colors:active){.chart,.strip,.spark,.swatch{forced-color-adjust:none;background:#fff}.badge{border-color:CanvasText}}
)css";
}

}  // namespace dmarcq
