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

    /// <summary>For UEFI's HTTP boot: a disk with shim, GRUB, kernel and ramdisk. GRUB reads it by itself, which has HTTP only in some distributions.</summary>
    public const string Image = "boot.img";

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
    private readonly Lazy<NetBootContent> _image;

    /// <param name="options">The settings.</param>
    /// <param name="root">The directory of the ramdisk's file systems; tests set another than `/`.</param>
    public NetBootFiles(NetBootOptions options, string root = "/")
    {
        (_options, _root) = (options, root);
        Paths = new NetBootPaths(options.Directory);
        _pieces = new Lazy<IReadOnlyList<InitrdPiece>>(FindPieces);
        _image = new Lazy<NetBootContent>(MakeImage);
    }

    /// <summary>The paths of the files.</summary>
    public NetBootPaths Paths { get; }

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
        NetBootOptions.KernelName when Has(name) => Offered(name),
        Image when Has(Shim) && Has(Grub) && Has(NetBootOptions.KernelName) => _image.Value,
        _ => null,
    };

    /// <summary>How a desktop that asks for this file starts, for people; null if the file does not tell.</summary>
    public static string? WayOf(string name) => name switch
    {
        BiosProgram => "BIOS, by its card's PXE",
        Script => "BIOS, by iPXE",
        Shim or Image => "UEFI",
        _ => null,
    };

    // Every build of iPXE has HTTP. Beside another DHCP server, next-server is that server's address; ours is that of the proxy, or of the boot server that it names.
    private string IpxeScript() => $$"""
        #!ipxe
        echo Stiefel: fetching the ramdisk from the laptop
        set laptop ${next-server}
        isset ${proxydhcp/next-server} && set laptop ${proxydhcp/next-server} ||
        isset ${pxebs/next-server} && set laptop ${pxebs/next-server} ||
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

    private string ImageMenu() => $"""
        linux /VMLINUZ {Arguments}
        initrd /INITRD.IMG
        boot

        """;

    // GRUB looks for its menu at the disk that it was loaded from, in the directory where it looks by TFTP.
    private NetBootContent MakeImage() => FatImage.Of(new Dictionary<string, NetBootContent>
    {
        ["EFI/BOOT/BOOTX64.EFI"] = Offered(Shim),
        ["EFI/BOOT/GRUBX64.EFI"] = Offered(Grub),
        ["GRUB/GRUB.CFG"] = new([InitrdPiece.Of(Encoding.ASCII.GetBytes(ImageMenu()))]),
        ["VMLINUZ"] = Offered(NetBootOptions.KernelName),
        ["INITRD.IMG"] = new([.. _pieces.Value]),
    });

    private bool Has(string name) => File.Exists(Path.Combine(_options.Files, name));

    private NetBootContent Offered(string name) => new([InitrdPiece.Of(Path.Combine(_options.Files, name))]);

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
