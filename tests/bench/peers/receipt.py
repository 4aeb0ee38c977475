"""receipt.py COUNT CODE: a receipt of 24 lines with a QR code of CODE, encoded COUNT times by python-escpos; says p50 and
p99 in milliseconds and the bytes of one. It knows no GB 18030: the bytes of the text are made here and handed through."""
import sys
import time

from escpos.printer import Dummy

count, code = int(sys.argv[1]), sys.argv[2]
times = []
for _ in range(count):
    began = time.perf_counter()
    printer = Dummy()
    printer.hw("INIT")
    for at in range(24):
        printer.set(bold=at % 5 == 0)
        printer._raw(f"{at:02} 武江区政务服务自助办理回执 W0012\n".encode("gb18030"))
    printer.qr(code, native=True, size=5)
    printer.cut()
    output = printer.output
    times.append((time.perf_counter() - began) * 1000)
times.sort()
print(times[count // 2], times[count * 99 // 100], len(output))
