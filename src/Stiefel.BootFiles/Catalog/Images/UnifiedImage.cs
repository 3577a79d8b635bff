using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>
/// A unified kernel image (UAPI.5): an EFI program whose sections hold kernel, initrd and command line. kexec cannot start one, because
/// that needs the firmware, so it is split into regions of its file.
/// </summary>
internal sealed class UnifiedImage
{
    private const int MaxTextBytes = 64 * 1024;

    private readonly TreeFile _file;
    private readonly Dictionary<string, ExecutableSection> _sections;

    private UnifiedImage(TreeFile file, Dictionary<string, ExecutableSection> sections)
    {
        _file = file;
        _sections = sections;
        CommandLine = BootEntry.OneLine(ReadText(".cmdline"));
        Release = ReadText(".uname").Trim();
        OsRelease = Values(".osrel");
        Profile = Values(".profile");
    }

    /// <summary>The arguments in the image; empty if it has none.</summary>
    public string CommandLine { get; }

    public string Release { get; }

    /// <summary>True if the image has a kernel; false for an addon to another image.</summary>
    public bool HasKernel => Length(".linux") > 0 || Length(".kernelp") > 0;

    /// <summary>True if the image brings arguments; under Secure Boot, they cannot be overridden.</summary>
    public bool HasCommandLine => _sections.ContainsKey(".cmdline");

    /// <summary>The title that systemd-boot shows (bootspec_pick_name_version_sort_key); empty if the image has none, and then systemd-boot does not list it.</summary>
    public string Title => First("PRETTY_NAME", "IMAGE_ID", "NAME", "ID") ?? "";

    /// <summary>The version by which systemd-boot orders images with the same sort key; null if it has none.</summary>
    public string? Version => First("IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID");

    /// <summary>The key by which systemd-boot groups images; null if it has none.</summary>
    public string? SortKey => First("IMAGE_ID", "ID");

    private Dictionary<string, string> OsRelease { get; }

    private Dictionary<string, string> Profile { get; }

    /// <summary>Reads an image; null if the file is something else (an ordinary kernel, a boot loader, not an EFI program at all), or lacks this profile.</summary>
    /// <param name="file">Must stay open while the result is used.</param>
    /// <param name="profile">The number of a profile; profile 0 always exists.</param>
    /// <exception cref="InvalidDataException">The EFI program is truncated or inconsistent.</exception>
    public static UnifiedImage? TryRead(TreeFile file, int profile = 0) => TryReadSections(file, profile) is { HasKernel: true } image ? image : null;

    /// <summary>Reads an addon, which has no kernel; null if the file has a kernel or is not an EFI program.</summary>
    /// <exception cref="InvalidDataException">The EFI program is truncated or inconsistent.</exception>
    public static UnifiedImage? TryReadAddon(TreeFile file) => TryReadSections(file, profile: 0) is { HasKernel: false } addon ? addon : null;

    /// <summary>A value in the profile's section; empty if it is not set.</summary>
    public string ProfileValue(string key) => Profile.GetValueOrDefault(key, "");

    /// <param name="tree">The tree in which the image was found.</param>
    /// <param name="title">Used if the image does not name itself.</param>
    /// <param name="arguments">The arguments of the boot entry; if there are any, the stub uses them in place of the image's own.</param>
    public BootSpec ToSpec(BootTree tree, string title, string arguments)
    {
        var addons = UnifiedImageAddons.Of(tree, _file, Release);
        var given = BootEntry.OneLine(arguments);
        var own = given.Length > 0 && !(tree.Disk.Variables.IsSecureBoot && HasCommandLine) ? given : CommandLine;
        var commandLine = string.Join(' ', addons.CommandLines.Prepend(own).Where(line => line.Length > 0));
        var thin = ThinImage.IsOne(_sections.ContainsKey);
        var kernel = thin ? ThinImage.Open(tree, ReadText(ThinImage.KernelSection(_sections.ContainsKey))) : Region(".linux");
        var release = ReadRelease(kernel, thin ? tree : null);
        return new BootSpec(
            title,
            kernel,
            [.. addons.Microcode, .. Regions(".ucode"), .. thin ? [ThinImage.Open(tree, ReadText(ThinImage.InitrdSection(_sections.ContainsKey)))] : Regions(".initrd"), .. addons.Initrds],
            commandLine,
            release.Length > 0 ? release : KernelImage.IsRelease(Release) ? Release : "",
            BootEntry.RootOf(commandLine));
    }

    /// <summary>The section as a region; none if it is missing or empty.</summary>
    public IEnumerable<FileRegion> Regions(string section) => Length(section) > 0 ? [Region(section)] : [];

    private static UnifiedImage? TryReadSections(TreeFile file, int profile)
    {
        if (PortableExecutable.TryRead(file) is not { } program)
        {
            return null;
        }

        // Sections before the first .profile belong to all profiles. A profile's own sections take precedence over them, and of several with one name the first counts.
        var common = new Dictionary<string, ExecutableSection>(StringComparer.Ordinal);
        var own = new Dictionary<string, ExecutableSection>(StringComparer.Ordinal);
        var current = -1;
        foreach (var section in program.Sections.Select(header => ExecutableSection.In(file, header)))
        {
            current += section.Name == ".profile" ? 1 : 0;
            if (current < 0)
            {
                common.TryAdd(section.Name, section);
            }
            else if (current == profile)
            {
                own.TryAdd(section.Name, section);
            }
        }

        foreach ((var name, var section) in common)
        {
            own.TryAdd(name, section);
        }

        return profile > Math.Max(current, 0) ? null : new UnifiedImage(file, own);
    }

    private string ReadRelease(FileRegion kernel, BootTree? elsewhere)
    {
        if (elsewhere is null)
        {
            return KernelImage.ReadRelease(_file, kernel);
        }

        using var file = ThinImage.OpenFile(elsewhere, ReadText(ThinImage.KernelSection(_sections.ContainsKey)));
        return KernelImage.ReadRelease(file, kernel);
    }

    private string? First(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (OsRelease.TryGetValue(key, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private Dictionary<string, string> Values(string section)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((var key, var value) in LoaderText.Lines(ReadText(section), LoaderText.Equal))
        {
            values[key] = BootEntry.OneLine(value);
        }

        return values;
    }

    private long Length(string section) => _sections.TryGetValue(section, out var found) ? found.Length : 0;

    private FileRegion Region(string section) => new(_file.Path, _sections[section].Offset, _sections[section].Length);

    private string ReadText(string name)
    {
        if (!_sections.TryGetValue(name, out var section))
        {
            return "";
        }

        if (section.Length > MaxTextBytes)
        {
            throw new InvalidDataException($"{_file.Path}: section {name} has {section.Length} bytes, more than {MaxTextBytes}");
        }

        var bytes = new byte[section.Length];
        var text = _file.Read(section.Offset, bytes);
        var end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }
}
