using System.Text;
using Stiefel.Linux.Initramfs;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.NetBoot;

/// <summary>
/// What desktops without a stick are offered: the boot programs, the kernel, and the ramdisk made again of what this one runs from. The image that this
/// laptop started was given keys behind its end; here it is put together of the parts that were there before, so that none can be among them.
/// </summary>
internal sealed class NetBootFiles
{
    /// <summary>For BIOS: iPXE, upon the card's own program.</summary>
    public const string BiosProgram = "undionly.kpxe";

    /// <summary>What iPXE runs.</summary>
    public const string Script = "boot.ipxe";

    /// <summary>For UEFI: what Microsoft signed.</summary>
    public const string Shim = "shimx64.efi";

    private const string Grub = "grubx64.efi", GrubMenu = "grub/grub.cfg";
    private const string Initrd = "initrd.img";

    // The ramdisk's beginning, as create-initrd handed it over, and the file systems that stand behind it.
    private const string Start = "start.img";
    private static readonly string[] s_fileSystems = ["early/usr.squashfs", "early/modules.squashfs"];

    private const string UsualArguments = "stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200";
    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Passable = ForEverybody | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly NetBootOptions _options;
    private readonly string _root;
    private readonly Lazy<IReadOnlyList<InitrdPiece>> _pieces;

    /// <param name="options">The settings.</param>
    /// <param name="root">Where the ramdisk's file systems lie; `/` but for tests.</param>
    public NetBootFiles(NetBootOptions options, string root = "/")
    {
        (_options, _root) = (options, root);
        Paths = new NetBootPaths(options.Directory);
        _pieces = new Lazy<IReadOnlyList<InitrdPiece>>(FindPieces);
    }

    /// <summary>Where it is laid out.</summary>
    public NetBootPaths Paths { get; }

    private string Arguments => $"{UsualArguments} {_options.Arguments}".TrimEnd();

    /// <summary>Lays out what TFTP offers.</summary>
    /// <exception cref="IOException">It cannot; FileNotFoundException: there is no ramdisk to offer.</exception>
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

    /// <summary>What is offered over HTTP under this name; null if nothing is.</summary>
    public NetBootContent? Find(string name) => name switch
    {
        Initrd => new NetBootContent([.. _pieces.Value]),
        GrubMenu => new NetBootContent([InitrdPiece.Of(Encoding.ASCII.GetBytes(HttpMenu()))]),
        NetBootOptions.KernelName or Shim or Grub when File.Exists(Path.Combine(_options.Files, name)) => new NetBootContent([InitrdPiece.Of(Path.Combine(_options.Files, name))]),
        _ => null,
    };

    /// <summary>How a desktop starts that has asked for this file; null for one that says nothing about that.</summary>
    public static string? WayOf(string name) => name switch
    {
        BiosProgram => "BIOS, by its card's PXE",
        Script => "BIOS, by iPXE",
        Shim => "UEFI",
        _ => null,
    };

    // iPXE has HTTP in every build. Beside another DHCP server the next server is that one's.
    private string IpxeScript() => $$"""
        #!ipxe
        echo Stiefel: fetching the ramdisk from the laptop
        isset ${proxydhcp/next-server} && set laptop ${proxydhcp/next-server} || set laptop ${next-server}
        kernel http://${laptop}:{{_options.HttpPort}}{{NetBootEndpoint.Path}}{{NetBootOptions.KernelName}} initrd={{Initrd}} {{Arguments}}
        initrd --name {{Initrd}} http://${laptop}:{{_options.HttpPort}}{{NetBootEndpoint.Path}}{{Initrd}}
        boot

        """;

    // GRUB puts zeros behind each of the files up to a multiple of 4, and these need none: it is one archive.
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

    private static string PieceName(int index) => $"initrd.{index}";

    private void Write(string name, string text)
    {
        var file = Path.Combine(Paths.Tftp, name);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, ForEverybody);
    }

    // A whole ramdisk as create-initrd wrote it, where there is one; else that which runs here.
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
