using System.Text;
using Stiefel.Linux.Initramfs;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.NetBoot;

/// <summary>
/// The files that desktops without a stick are offered: boot programs, kernel and ramdisk. Keys were appended to the image that this laptop was started with, so the
/// offered ramdisk is put together again from the parts that come before them: no key can be among them.
/// </summary>
internal sealed class NetBootFiles
{
    /// <summary>The boot program for BIOS: iPXE, which uses the driver in the network card's own PXE program.</summary>
    public const string BiosProgram = "undionly.kpxe";

    /// <summary>The script that iPXE runs.</summary>
    public const string Script = "boot.ipxe";

    /// <summary>The boot program for UEFI: the shim, which Microsoft signed.</summary>
    public const string Shim = "shimx64.efi";

    private const string Grub = "grubx64.efi", GrubMenu = "grub/grub.cfg";
    private const string Initrd = "initrd.img";

    // The ramdisk consists of this beginning, as create-initrd handed it over, and the file systems that follow it.
    private const string Start = "start.img";
    private static readonly string[] s_fileSystems = ["early/usr.squashfs", "early/modules.squashfs"];

    private const string UsualArguments = "stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200";
    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Passable = ForEverybody | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly NetBootOptions _options;
    private readonly string _root;
    private readonly Lazy<IReadOnlyList<InitrdPiece>> _pieces;

    /// <param name="options">The settings.</param>
    /// <param name="root">The directory of the ramdisk's file systems; tests set another than `/`.</param>
    public NetBootFiles(NetBootOptions options, string root = "/")
    {
        (_options, _root) = (options, root);
        Paths = new NetBootPaths(options.Directory);
        _pieces = new Lazy<IReadOnlyList<InitrdPiece>>(FindPieces);
    }

    /// <summary>The paths of the files.</summary>
    public NetBootPaths Paths { get; }

    /// <summary>True if GRUB has HTTP built in, as Debian's of version 12 has not: without it, what UEFI boots by HTTP ends at GRUB's prompt.</summary>
    public bool GrubHasHttp => File.Exists(Path.Combine(_options.Files, Grub)) && Mentions(Path.Combine(_options.Files, Grub), "HTTP/1.1"u8);

    private string Arguments => $"{UsualArguments} {_options.Arguments}".TrimEnd();

    /// <summary>Writes and links the files that TFTP offers.</summary>
    /// <exception cref="IOException">A file cannot be written; FileNotFoundException: there is no ramdisk to offer.</exception>
    public void LayOut()
    {
        Directory.CreateDirectory(_options.Directory, Passable);
        if (Directory.Exists(Paths.Tftp))
        {
            Directory.Delete(Paths.Tftp, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(Paths.Tftp, "grub"), Passable);
        foreach (var name in new[] { BiosProgram, Shim, Grub, NetBootOptions.KernelName })
        {
            File.CreateSymbolicLink(Path.Combine(Paths.Tftp, name), Path.Combine(_options.Files, name));
        }

        for (var index = 0; index < _pieces.Value.Count; index++)
        {
            _pieces.Value[index].LayOut(Path.Combine(Paths.Tftp, PieceName(index)));
        }

        Write(Script, IpxeScript());
        Write(GrubMenu, TftpMenu());
    }

    /// <summary>The content that is offered over HTTP under this name; null if there is none.</summary>
    public NetBootContent? Find(string name) => name switch
    {
        Initrd => new NetBootContent([.. _pieces.Value]),
        GrubMenu => new NetBootContent([InitrdPiece.Of(Encoding.ASCII.GetBytes(HttpMenu()))]),
        NetBootOptions.KernelName or Shim or Grub when File.Exists(Path.Combine(_options.Files, name)) => new NetBootContent([InitrdPiece.Of(Path.Combine(_options.Files, name))]),
        _ => null,
    };

    /// <summary>How a desktop that asks for this file starts, for people; null if the file does not tell.</summary>
    public static string? WayOf(string name) => name switch
    {
        BiosProgram => "BIOS, by its card's PXE",
        Script => "BIOS, by iPXE",
        Shim => "UEFI",
        _ => null,
    };

    // Every build of iPXE has HTTP. Beside another DHCP server, next-server is that server's address, and ours is proxydhcp/next-server.
    private string IpxeScript() => $$"""
        #!ipxe
        echo Stiefel: fetching the ramdisk from the laptop
        isset ${proxydhcp/next-server} && set laptop ${proxydhcp/next-server} || set laptop ${next-server}
        kernel http://${laptop}:{{_options.HttpPort}}{{NetBootEndpoint.Path}}{{NetBootOptions.KernelName}} initrd={{Initrd}} {{Arguments}}
        initrd --name {{Initrd}} http://${laptop}:{{_options.HttpPort}}{{NetBootEndpoint.Path}}{{Initrd}}
        boot

        """;

    // GRUB pads each file with zeros to a multiple of 4 bytes; the pieces need no padding, so together they are still the same archive.
    private string TftpMenu() => $"""
        echo 'Stiefel: fetching the ramdisk from the laptop'
        linux /{NetBootOptions.KernelName} {Arguments}
        initrd {string.Join(' ', Enumerable.Range(0, _pieces.Value.Count).Select(index => "/" + PieceName(index)))}
        boot

        """;

    private string HttpMenu() => $"""
        echo 'Stiefel: fetching the ramdisk from the laptop'
        linux {NetBootEndpoint.Path}{NetBootOptions.KernelName} {Arguments}
        initrd {NetBootEndpoint.Path}{Initrd}
        boot

        """;

    private static bool Mentions(string file, ReadOnlySpan<byte> word)
    {
        using var input = File.OpenRead(file);
        var buffer = new byte[1 << 16];
        int kept = 0, count;
        while ((count = input.Read(buffer, kept, buffer.Length - kept)) > 0)
        {
            var seen = buffer.AsSpan(0, kept + count);
            if (seen.IndexOf(word) >= 0)
            {
                return true;
            }

            // The word may continue in the next block read.
            kept = Math.Min(word.Length - 1, seen.Length);
            seen[^kept..].CopyTo(buffer);
        }

        return false;
    }

    private static string PieceName(int index) => $"initrd.{index}";

    private void Write(string name, string text)
    {
        var file = Path.Combine(Paths.Tftp, name);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, ForEverybody);
    }

    // Prefer a whole ramdisk as create-initrd wrote it; otherwise offer the parts of the running one.
    private List<InitrdPiece> FindPieces()
    {
        var whole = Path.Combine(_options.Files, Initrd);
        if (File.Exists(whole))
        {
            return [InitrdPiece.Of(whole)];
        }

        List<InitrdPiece> pieces = [InitrdPiece.Of(Path.Combine(_options.Files, Start))];
        foreach (var path in s_fileSystems)
        {
            var content = InitrdPiece.Of(Path.Combine(_root, path));
            pieces.Add(InitrdPiece.Of(CpioPieces.Header(path, ForEverybody, content.Length)));
            pieces.Add(content);
        }

        pieces.Add(InitrdPiece.Of(CpioPieces.Trailer()));
        return pieces;
    }
}
