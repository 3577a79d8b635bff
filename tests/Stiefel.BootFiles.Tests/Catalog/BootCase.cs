using System.Text;
using System.Text.Json;
using Stiefel.BootFiles.Catalog;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>A directory of Cases/: boot files, and what the real boot loader does with them.</summary>
internal sealed class BootCase
{
    /// <summary>The file systems of a disk case, and the numbers and UUIDs of their partitions.</summary>
    public static readonly (string Name, int Number, string Uuid)[] Partitions =
    [
        ("esp", 1, "aaaaaaaa-0000-4000-8000-000000000001"), ("boot", 2, "aaaaaaaa-0000-4000-8000-000000000002"), ("root", 3, "aaaaaaaa-0000-4000-8000-000000000003"),
    ];

    private static readonly string s_cases = Path.Combine(AppContext.BaseDirectory, "Cases");

    public BootCase(string name)
    {
        Directory = Path.Combine(s_cases, name);
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Directory, "expect.json")));
        var root = expected.RootElement;
        Kernel = root.TryGetProperty("kernel", out var kernel) ? kernel.GetString() : null;
        Initrds = root.TryGetProperty("initrds", out var initrds) ? [.. initrds.EnumerateArray().Select(initrd => initrd.GetString()!)] : [];
        CommandLine = root.TryGetProperty("cmdline", out var commandLine) ? commandLine.GetString() : null;
        Fail = root.TryGetProperty("fail", out var fail) ? fail.GetString() : null;
    }

    public string Directory { get; }

    public string? Kernel { get; }

    public string[] Initrds { get; }

    public string? CommandLine { get; }

    public string? Fail { get; }

    /// <summary>Cases with one file system.</summary>
    public static IEnumerable<string> Trees => All.Where(name => !IsDisk(name) && !IsVolumes(name));

    /// <summary>Cases with several file systems, which are also tried on real partitions.</summary>
    public static IEnumerable<string> Disks => All.Where(IsDisk);

    /// <summary>All cases with several file systems.</summary>
    public static IEnumerable<string> Volumes => All.Where(name => IsDisk(name) || IsVolumes(name));

    private static IEnumerable<string> All => new DirectoryInfo(s_cases).EnumerateDirectories().Select(one => one.Name).Order(StringComparer.Ordinal);

    private static bool IsDisk(string name) => name.StartsWith("disk-", StringComparison.Ordinal);

    private static bool IsVolumes(string name) => name.StartsWith("volumes-", StringComparison.Ordinal);

    /// <summary>Asserts that the entry found is the one that the real loader boots, by the content of its files.</summary>
    public void AssertFound(BootSpec spec)
    {
        Assert.True(Kernel is not null, $"nothing should be booted, and {spec.Title} of {spec.Source} would be");
        Assert.Equal((Marker("KERNEL", Kernel!), CommandLine), (MarkerIn("KERNEL", spec.Kernel), spec.CommandLine));
        Assert.Equal(Initrds.Select(initrd => Marker("INITRD", initrd)), spec.Initrds.Select(region => MarkerIn("INITRD", region)));
    }

    /// <summary>Asserts that finding nothing is right.</summary>
    public void AssertRefused(string message)
    {
        Assert.True(Kernel is null, message);
        Assert.Contains(Fail ?? "nothing to boot", message, StringComparison.Ordinal);
    }

    private static string Marker(string kind, string path) => $"{kind}<{path}>";

    private static string MarkerIn(string kind, FileRegion region)
    {
        using var handle = File.OpenHandle(region.Path);
        var content = new byte[region.Length];
        RandomAccess.Read(handle, content, region.Offset);
        var text = Encoding.Latin1.GetString(content);
        var start = text.IndexOf(kind + "<", StringComparison.Ordinal);
        return start < 0 ? $"no {kind} in {region.Path}" : text[start..(text.IndexOf('>', start) + 1)];
    }
}
