# Which slot starts; run by U-Boot. What it goes by lies in two blocks of 4 KiB before the first partition, at 1 and at 2 MiB,
# with a sum each: `board/image/boot-choice` writes the same two. They are written one after the other and the first whole
# one is read, so that a cut of power leaves the old choice or the new one. A start uses up a try; a slot that is marked good
# has its tries back. Kernel, initrd and device tree are those of the slot.
setexpr base ${kernel_addr_r} / 0x200000
setexpr base ${base} * 0x200000
setexpr kernel ${base} + 0x4000000
setexpr tree ${base} + 0xa000000
setexpr state ${base} + 0xa800000
setexpr initrd ${base} + 0xb000000

${devtype} dev ${devnum}
setenv known
for at in 0x800 0x1000; do
    if test -z "${known}"; then
        if ${devtype} read ${state} ${at} 8; then
            if env import -c ${state} 0x1000 BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT; then setenv known yes; fi
        fi
    fi
done
if test -z "${known}"; then
    setenv BOOT_ORDER A B
    setenv BOOT_A_LEFT 3
    setenv BOOT_B_LEFT 3
fi

setenv slot
for round in 1 2; do
    for name in ${BOOT_ORDER}; do
        if test -z "${slot}"; then
            if test "${name}" = A; then
                if test ${BOOT_A_LEFT} -gt 0; then
                    setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
                    setenv slot A
                    setenv part 2
                fi
            else
                if test ${BOOT_B_LEFT} -gt 0; then
                    setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
                    setenv slot B
                    setenv part 3
                fi
            fi
        fi
    done
    if test -z "${slot}"; then
        # None is left: a machine that tries is better than one that does not. All have their tries again.
        setenv BOOT_A_LEFT 3
        setenv BOOT_B_LEFT 3
    fi
done
env export -c -s 0x1000 ${state} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} write ${state} 0x800 8
${devtype} write ${state} 0x1000 8
echo "kiosk: slot ${slot}, order ${BOOT_ORDER}, left ${BOOT_A_LEFT} ${BOOT_B_LEFT}"

# Words for the kernel's command line that a test puts on the boot partition.
setenv extra
if load ${devtype} ${devnum}:1 ${state} extra.txt; then env import -t ${state} ${filesize} extra; fi
setenv bootargs root=PARTUUID=6b696f73-0${part} ro rootwait rauc.slot=${slot} panic=10 quiet @CMDLINE@ ${extra}

# The tree of this slot's kernel, with what the first stages know of this one board; where they know none, theirs.
if test -n "${fdtfile}"; then
    if load ${devtype} ${devnum}:${part} ${tree} /boot/dtb/${fdtfile}; then setenv fdt_addr ${tree}; fi
fi
if load ${devtype} ${devnum}:${part} ${kernel} /boot/vmlinuz; then
    if load ${devtype} ${devnum}:${part} ${initrd} /boot/initrd.img; then
        booti ${kernel} ${initrd}:${filesize} ${fdt_addr}
    fi
fi
# A slot without a kernel that starts: the try is used up, and the other slot has its turn.
reset
