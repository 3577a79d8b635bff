namespace Stiefel.Server.Configuration;

/// <summary>The text of `--help`: every setting, once.</summary>
public static class Help
{
    /// <summary>What --help prints.</summary>
    public const string Text = """
        stiefel-server: serves a laptop's disk, and what boots from it, to a desktop.

        usage: stiefel-server [--Section:Key VALUE]…
               stiefel-server --version

          --Disk:Path FILE|DEVICE          what to serve; also UUID=…, PTUUID=…, SERIAL=…
          --Disk:ReadOnly true             refuse writes
          --Disk:Snapshot memory|DIR       keep writes in memory, or on DIR's file system, and discard them at the end
          --Disk:SnapshotLimitMiB N        at most so many of them; 0 for no limit; default 1024 in memory, 0 in a DIR
          --Boot:Kernel FILE               what to boot, file by file …
          --Boot:Initrd FILE
          --Boot:CommandLine "…"           kernel arguments, instead of the boot entry's
          --Boot:Directory DIR             … or found in a directory like /boot …
          --Boot:Disk DEVICE               … or found on a disk; default: the one that is served
          --Boot:Partition DEVICE          look at this partition only
          --Boot:LuksPartition DEVICE      open this encrypted partition first; default: only if no other boots
          --Boot:HandOverPassphrase false  make the payload's initrd ask for the passphrase again
          --Boot:Modules DIR               drivers of that kernel, like /lib/modules/VERSION
          --Boot:Laptop NAME               the name shown at desktops; default: the host name
          --Keys:Directory DIR             accepted keys, NAME.key each; default /etc/stiefel/keys
          --Http:Listen ADDRESS:PORT       boot plane; default [::]:4644
          --Admin:Listen ADDRESS:PORT      control plane (HTTPS; plain HTTP for loopback), or none; default [::]:4645
          --Nbd:Listen ADDRESS:PORT        block server; default [::]:10809, or unix:PATH for an open export (rights 0600);
                                           one that systemd starts for a socket serves that. With sessions and Link:Protection wireguard
                                           only the port counts: it listens inside the tunnels and nowhere else
          --Nbd:Access session|open        who may use it: a desktop with a session, or anyone
          --Nbd:ExportName NAME            the name of an open export
          --Nbd:AllowOpenOnNetwork true    an open export on other addresses than loopback
          --Nbd:Tls off|opportunistic|required   TLS by NBD_OPT_STARTTLS; default off
          --Nbd:TlsCertificate FILE        PEM; default: each key's own, derived from it (Keys:Directory)
          --Nbd:TlsKey FILE                PEM, the private key to it
          --Nbd:TlsClientAuthorities FILE  PEM: clients must show a certificate signed by one of these
          --Nbd:MaxConnections N           clients at the disk; default 512
          --Nbd:MaxConnectionsPerAddress N of them from one address; default 0: any number
          --Nbd:MaxHandshakes N            clients that have not named an export yet; default 64
          --Nbd:MaxOptions N               options in one handshake; default 256
          --Nbd:MaxHandshakeKiB N          bytes in one handshake; default 4096
          --Nbd:HandshakeTimeoutSeconds N  a handshake must be done by then; default 15
          --Nbd:StallTimeoutSeconds N      replies unread, or a payload unsent, end a connection; default 60
          --Nbd:KeepAliveSeconds N         a silent client is probed after this time; default 60
          --Nbd:BufferKiB N                each of a connection's two buffers, 64 to 16384; default 256
          --Boot:Load:Kernel PATH          with the next two: what to boot from the disk whatever its loader says
          --Boot:Load:Initrd PATH          likewise
          --Boot:Load:CommandLine "…"      likewise
          --Boot:BootedEntry ENTRY         the entry that started the laptop's own system, as autokexec passes it on
          --Boot:MenuSeconds N             how long a desktop asks which entry to boot; default 3; 0 does not ask
          --State:Directory DIR            records that a restart needs; default /run/stiefel
          --State:Keeper process|systemd|none   what holds the disk if the server is killed, so that its desktop can continue; default: a process, or
                                           systemd's store of descriptors where the unit has one (FileDescriptorStoreMax=)
          --Discovery:Enabled false        do not answer desktops that search for a laptop
          --Discovery:Port PORT            UDP; default 61570
          --Discovery:LaptopId DIGITS      the id by which a desktop finds its laptop again; default: made from the machine's numbers
          --Network:Manage true            set every network interface up
          --Network:Addresses CARD=ADDRESS/BITS,…   give cards addresses, as 52:54:00:12:34:56=192.168.7.1/24
          --Network:DhcpClient on|off|router   borrow IPv4 addresses from DHCP servers for other cards, with router: its default route as well; default on
                                           where Network:Manage is
          --Link:Protection wireguard|none   how sessions' blocks cross the link: in a tunnel, or unprotected; default wireguard
          --Link:Port PORT                 UDP, of WireGuard; several desktops take those after it; default 61571
          --Link:Internet auto|yes|no      if a desktop's system may use the network behind the card of its disk; default no; auto: if others are there
          --Link:Mtu auto|BYTES            largest packet of the payload's link; default auto: 1500, and up to 9000 on a cable that carries them
          --Link:RequestTimeoutSeconds N   an unanswered request ends the payload's connection; default 5
          --Link:DeadConnectionSeconds N   the payload waits this long for the server; 0 for ever; default 600
          --Power:Watch false              do not watch mains and batteries
          --Power:Beep true|false          beep and flash when they are in danger; default true where Network:Manage is
          --Power:LowPercent N             the charge that counts as low; default 15
          --Power:CriticalPercent N        the charge that counts as critical; default 5
          --Power:LookSeconds N            read them this often, besides the kernel's announcements; default 30
          --Power:Supplies DIR             adapters and batteries; default /sys/class/power_supply
          --Power:Lights DIR               lights of the keyboard; default /sys/class/leds
          --Power:Inputs DIR               input devices, of which the speaker is one; default /sys/class/input
          --Power:StopAtCritical true      at a critical battery the desktop is asked to switch itself off; when it has said goodbye, the laptop does
          --Power:StopDelaySeconds N       this long after announcing it; default 60
          --Return:Manage true|false       let the server switch off and restart this machine; default true where Network:Manage is
          --Return:OnCleanEnd restart|kexec|poweroff|wait   what the laptop does after the desktop's goodbye; default restart
          --Return:DelaySeconds N          how long after the goodbye, so that a desktop that restarts finds the laptop; default 20
          --Return:IdleMinutes N           also after this long without a desktop; default 0: never
          --NetBoot:Dhcp auto|off|always   answer desktops that boot over the network: on cables without a router and another DHCP server, also beside a router,
                                           or not; default auto where Network:Manage is
          --NetBoot:Files DIR              what they boot, and dnsmasq; default /netboot
          --NetBoot:Directory DIR          where that is laid out for TFTP; default /run/stiefel-netboot
          --NetBoot:Network ADDRESS/BITS   their addresses, 16 for each cable; default 10.61.57.0/24
          --NetBoot:LeaseSeconds N         how long they may keep one; default 120
          --NetBoot:LookSeconds N          so long another DHCP server is looked for before; default 40
          --NetBoot:Arguments "…"          kernel arguments of their ramdisk besides the usual ones
          --Exitrd:Wait N                  the end of the payload waits this long for the server, to say goodbye; default 300
          --Screen:Terminal /dev/ttyN|none   shows what the laptop is doing above its log, and listens to its keys; default /dev/tty1 where
                                           Network:Manage is
          --Logging:Level LEVEL            debug, information, warning, error

        Settings also come from /etc/stiefel/appsettings.json and ./appsettings.json, from the kernel command line
        (stiefel_bootdisk=, stiefel_bootpart=, stiefel_bootpart_luks=, stiefel.Section.Key=), and from the environment (STIEFEL_Section__Key
        or Section__Key); the later wins, the command line last.

        examples:
          stiefel-server --Disk:Path disk.img --Nbd:Access open --Nbd:ExportName x --Nbd:Listen 127.0.0.1:10809
          stiefel-server --Disk:Path /dev/nvme0n1 --Keys:Directory /etc/stiefel/keys

        exit codes: 0 stopped, 1 failed, 2 wrong settings, 3 refused for safety; where Return:Manage is, 10 switch the machine off, 11 restart it

        """;

    private static readonly string[] s_words = ["--help", "-h", "-?", "help"];

    /// <summary>True if the arguments ask for help instead of starting the server.</summary>
    public static bool IsAskedFor(string[] args) => args.Any(s_words.Contains);
}
