using System.Text;
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
        CommandLine = ReadText(".cmdline");
        Release = ReadText(".uname").Trim();
        OsRelease = ReadText(".osrel");
    }

    public string CommandLine { get; }

    public string Release { get; }

    /// <summary>Text of an os-release file (man 5 os-release).</summary>
    public string OsRelease { get; }

    /// <summary>Null if the file is something else: an ordinary kernel, a boot loader, no EFI program at all.</summary>
    /// <param name="file">Must stay open while the result is used.</param>
    /// <exception cref="InvalidDataException">It is an EFI program, but truncated or inconsistent.</exception>
    public static UnifiedImage? TryRead(TreeFile file)
    {
        if (PortableExecutable.TryRead(file) is not { } program)
        {
            return null;
        }

        // Sections up to the first .profile belong to all profiles; those from there to the second make up the default one.
        var sections = new Dictionary<string, ExecutableSection>(StringComparer.Ordinal);
        var profiles = 0;
        foreach (var section in program.Sections.Select(header => ExecutableSection.In(file, header)))
        {
            profiles += section.Name == ".profile" ? 1 : 0;
            if (profiles < 2)
            {
                sections[section.Name] = section;
            }
        }

        return sections.TryGetValue(".linux", out var linux) && linux.Length > 0 ? new UnifiedImage(file, sections) : null;
    }

    /// <summary>A value of the embedded os-release, or empty.</summary>
    public string OsReleaseValue(string key)
        => OsRelease.Split('\n')
            .Where(line => line.StartsWith(key + "=", StringComparison.Ordinal))
            .Select(line => line[(key.Length + 1)..].Trim().Trim('"', '\''))
            .FirstOrDefault("");

    /// <param name="title">Used if the image does not name itself.</param>
    /// <param name="extraOptions">Arguments the boot entry adds; the image's own come first.</param>
    public BootSpec ToSpec(string title, string extraOptions)
    {
        var kernel = Region(_sections[".linux"]);
        var commandLine = BootEntry.OneLine($"{CommandLine} {extraOptions}");
        var release = KernelImage.ReadRelease(_file, kernel);
        var name = BootEntry.OneLine(OsReleaseValue("PRETTY_NAME"));
        return new BootSpec(
            name.Length is 0 or > 100 ? title : name,
            kernel,
            [.. Initrds()],
            commandLine,
            release.Length > 0 ? release : KernelImage.IsRelease(Release) ? Release : "",
            BootEntry.RootOf(commandLine));
    }

    // Microcode must come first: the kernel takes it from the uncompressed beginning of the initrd.
    private IEnumerable<FileRegion> Initrds()
        => from name in (string[])[".ucode", ".initrd"]
           where _sections.TryGetValue(name, out var found) && found.Length > 0
           select Region(_sections[name]);

    private FileRegion Region(ExecutableSection section) => new(_file.Path, section.Offset, section.Length);

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
