namespace Stiefel.Cli.Stick;

/// <summary>The boot menus of a stick, alike for UEFI (GRUB) and BIOS (syslinux), on the screen and on a serial line.</summary>
internal static class LoaderMenus
{
    private const string Start = "Boot the system of the laptop";
    private const string Verbose = "The same, with the kernel's messages";
    private const string Guest = "As a guest: nothing that is written stays";
    private const string WithCode = "With a pairing code, in place of the stick's key";
    private const string LocalDisk = "Start this computer's own system";
    private const string PowerOff = "Power off";

    // Read by `stiefel-client boot`.
    private const string GuestArgument = "stiefel_guest";

    /// <summary>
    /// grub.cfg. "Start this computer's own system" starts our client, which tells the firmware which system is next: if GRUB just ended, many machines would
    /// show the firmware's menu. Files are taken from the partition that GRUB was started from, because a search could find others of the same name. A serial
    /// port becomes a terminal only if it exists.
    /// </summary>
    public static string Grub(StickContent content, StickPaths paths) => $$"""
        # Written by stiefel setup-client-usbdrive, which writes it anew.
        set default=0
        set timeout={{content.MenuSeconds}}
        if serial --unit=0 --speed=115200; then
          terminal_input --append serial
          terminal_output --append serial
        fi
        {{GrubEntries(content, paths)}}
        menuentry "{{LocalDisk}}" {
          linux /{{paths.Kernel}} {{WithoutRole(content.CommandLine)}} stiefel_role=local
          initrd /{{paths.Initrd}}
        }{{GrubEntryWithCode(content, paths)}}
        menuentry "{{PowerOff}}" {
          halt
        }

        """;

    /// <summary>The menu behind an entry of Ventoy's, which sets up the terminals and starts this computer's own system itself.</summary>
    public static string Ventoy(StickContent content, StickPaths paths) => $$"""
        # Written by stiefel setup-client-usbdrive, which writes it anew.
        set default=0
        set timeout={{content.MenuSeconds}}
        {{GrubEntries(content, paths)}}{{GrubEntryWithCode(content, paths)}}

        """;

    private static string GrubEntries(StickContent content, StickPaths paths)
    {
        var initrds = $"/{paths.Initrd}{(content.HasKey ? $" /{paths.Key}" : "")}";
        return $$"""
            menuentry "{{Start}}" {
              linux /{{paths.Kernel}} {{content.CommandLine}}
              initrd {{initrds}}
            }
            menuentry "{{Verbose}}" {
              linux /{{paths.Kernel}} {{WithoutQuiet(content.CommandLine)}}
              initrd {{initrds}}
            }
            menuentry "{{Guest}}" {
              linux /{{paths.Kernel}} {{content.CommandLine}} {{GuestArgument}}
              initrd {{initrds}}
            }
            """;
    }

    // A client without a key asks for a code; a laptop that was started from its own boot menu accepts no other key.
    private static string GrubEntryWithCode(StickContent content, StickPaths paths) => !content.HasKey ? "" : $$"""

        menuentry "{{WithCode}}" {
          linux /{{paths.Kernel}} {{content.CommandLine}}
          initrd /{{paths.Initrd}}
        }
        """;

    /// <summary>
    /// syslinux.cfg. With a time of 0 there is no menu, because for syslinux a TIMEOUT of 0 means to wait for ever. A firmware that started the stick calls it
    /// hd0, so that hd1 is this computer's first disk; `swap` makes it hd0 again for its own boot loader. LOCALBOOT would leave this to firmwares, many of which try no second disk.
    /// </summary>
    public static string Syslinux(StickContent content, StickPaths paths)
    {
        var initrds = $"/{paths.Initrd}{(content.HasKey ? $",/{paths.Key}" : "")}";
        var menu = content.MenuSeconds == 0 ? "DEFAULT stiefel" : $"UI menu.c32\nMENU TITLE Stiefel\nTIMEOUT {content.MenuSeconds * 10}";
        return $"""
            # Written by stiefel setup-client-usbdrive, which writes it anew.
            SERIAL 0 115200
            PROMPT 0
            {menu}
            LABEL stiefel
              MENU LABEL {Start}
              MENU DEFAULT
              LINUX /{paths.Kernel}
              INITRD {initrds}
              APPEND {content.CommandLine}
            LABEL verbose
              MENU LABEL {Verbose}
              LINUX /{paths.Kernel}
              INITRD {initrds}
              APPEND {WithoutQuiet(content.CommandLine)}
            LABEL guest
              MENU LABEL {Guest}
              LINUX /{paths.Kernel}
              INITRD {initrds}
              APPEND {content.CommandLine} {GuestArgument}
            LABEL local
              MENU LABEL {LocalDisk}
              COM32 chain.c32
              APPEND hd1 swap{SyslinuxEntryWithCode(content, paths)}
            LABEL off
              MENU LABEL {PowerOff}
              COM32 poweroff.c32

            """;
    }

    private static string SyslinuxEntryWithCode(StickContent content, StickPaths paths) => !content.HasKey ? "" : $"""

        LABEL code
          MENU LABEL {WithCode}
          LINUX /{paths.Kernel}
          INITRD /{paths.Initrd}
          APPEND {content.CommandLine}
        """;

    private static string WithoutQuiet(string commandLine) => Without(commandLine, word => word == "quiet");

    private static string WithoutRole(string commandLine) => Without(commandLine, word => word.StartsWith("stiefel_role=", StringComparison.Ordinal));

    private static string Without(string commandLine, Func<string, bool> isLeftOut) =>
        string.Join(' ', commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !isLeftOut(word)));
}
