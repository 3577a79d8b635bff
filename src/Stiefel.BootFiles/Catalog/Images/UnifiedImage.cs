using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>
/// A unified kernel image (UAPI.5): an EFI program whose sections are kernel, initrd and command line. The kernel cannot kexec
/// one (it would need the firmware), so it is taken apart into regions of the same file.
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

    /// <summary>Arguments of its own; empty if it has none.</summary>
    public string CommandLine { get; }

    public string Release { get; }

    /// <summary>True if it has a kernel, and is no addon to another image.</summary>
    public bool HasKernel => Length(".linux") > 0 || Length(".kernelp") > 0;

    /// <summary>True if it brings arguments, which Secure Boot lets nobody replace.</summary>
    public bool HasCommandLine => _sections.ContainsKey(".cmdline");

    /// <summary>What systemd-boot calls its system (bootspec_pick_name_version_sort_key); empty if it does not tell, and then is not in the menu.</summary>
    public string Title => First("PRETTY_NAME", "IMAGE_ID", "NAME", "ID") ?? "";

    /// <summary>By which it is ordered among images of the same sort key; null if it has none.</summary>
    public string? Version => First("IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID");

    /// <summary>What systemd-boot groups by.</summary>
    public string? SortKey => First("IMAGE_ID", "ID");

    private Dictionary<string, string> OsRelease { get; }

    private Dictionary<string, string> Profile { get; }

    /// <summary>Null if the file is something else (an ordinary kernel, a boot loader, no EFI program at all), or has no such profile.</summary>
    /// <param name="file">Must stay open while the result is used.</param>
    /// <param name="profile">The number of a profile; the first is there even if none is marked.</param>
    /// <exception cref="InvalidDataException">It is an EFI program, but truncated or inconsistent.</exception>
    public static UnifiedImage? TryRead(TreeFile file, int profile = 0) => TryReadSections(file, profile) is { HasKernel: true } image ? image : null;

    /// <summary>The same for an addon, which has no kernel; null if it has one.</summary>
    /// <exception cref="InvalidDataException">It is an EFI program, but truncated or inconsistent.</exception>
    public static UnifiedImage? TryReadAddon(TreeFile file) => TryReadSections(file, profile: 0) is { HasKernel: false } addon ? addon : null;

    /// <summary>A value of the profile's section, or empty.</summary>
    public string ProfileValue(string key) => Profile.GetValueOrDefault(key, "");

    /// <param name="tree">The partition it is on.</param>
    /// <param name="title">Used if the image does not name itself.</param>
    /// <param name="arguments">What the boot entry gives; in place of the image's own, as the stub takes them.</param>
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

    /// <summary>A section that is there and not empty, or none.</summary>
    public IEnumerable<FileRegion> Regions(string section) => Length(section) > 0 ? [Region(section)] : [];

    private static UnifiedImage? TryReadSections(TreeFile file, int profile)
    {
        if (PortableExecutable.TryRead(file) is not { } program)
        {
            return null;
        }

        // Sections up to the first .profile belong to all profiles; what stands in a profile is taken before them, and the first of a name before others.
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
