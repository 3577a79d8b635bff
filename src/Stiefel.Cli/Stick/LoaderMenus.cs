namespace Stiefel.Cli.Stick;

/// <summary>The menus that a person sees before our client runs, the same for UEFI (GRUB) and BIOS (syslinux), on the screen and on a serial line.</summary>
internal static class LoaderMenus
{
    private const string Start = "Boot the system of the laptop";
    private const string Verbose = "The same, with the kernel's messages";
    private const string LocalDisk = "Start this computer's own system";
    private const string PowerOff = "Power off";

    /// <summary>
    /// grub.cfg. A loader that ends leads to the firmware's menu on many machines: our client tells the firmware which system is next. The files are named from the partition that GRUB was started from: a search could find others of the same name. A serial port that
    /// is not there must not become a terminal.
    /// </summary>
    public static string Grub(StickContent content, StickPaths paths)
    {
        var initrds = $"/{paths.Initrd}{(content.HasKey ? $" /{paths.Key}" : "")}";
        return $$"""
            # Written by stiefel setup-client-usbdrive, which writes it anew.
            set default=0
            set timeout={{content.MenuSeconds}}
            if serial --unit=0 --speed=115200; then
              terminal_input --append serial
              terminal_output --append serial
            fi
            menuentry "{{Start}}" {
              linux /{{paths.Kernel}} {{content.CommandLine}}
              initrd {{initrds}}
            }
            menuentry "{{Verbose}}" {
              linux /{{paths.Kernel}} {{WithoutQuiet(content.CommandLine)}}
              initrd {{initrds}}
            }
            menuentry "{{LocalDisk}}" {
              linux /{{paths.Kernel}} {{WithoutRole(content.CommandLine)}} stiefel_role=local
              initrd /{{paths.Initrd}}
            }
            menuentry "{{PowerOff}}" {
              halt
            }

            """;
    }

    /// <summary>syslinux.cfg. Its menu's time-out of 0 would wait for ever: without time for it there is none.</summary>
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
            LABEL local
              MENU LABEL {LocalDisk}
              LOCALBOOT -1
            LABEL off
              MENU LABEL {PowerOff}
              COM32 poweroff.c32

            """;
    }

    private static string WithoutQuiet(string commandLine) => Without(commandLine, word => word == "quiet");

    private static string WithoutRole(string commandLine) => Without(commandLine, word => word.StartsWith("stiefel_role=", StringComparison.Ordinal));

    private static string Without(string commandLine, Func<string, bool> isLeftOut) =>
        string.Join(' ', commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !isLeftOut(word)));
}
