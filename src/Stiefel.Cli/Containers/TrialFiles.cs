using Stiefel.Cli.Keys;

namespace Stiefel.Cli.Containers;

/// <summary>What the two containers of a trial are given: a key made for it, a small disk, and places for what they write. Disposal deletes all.</summary>
internal sealed class TrialFiles : IDisposable
{
    public const string Disk = "disk";
    public const string Key = "trial";
    public const string Keys = "keys";

    private const int DiskBytes = 1024 * 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-trial-").FullName;

    public TrialFiles()
    {
        Directory.CreateDirectory(Laptop);
        Directory.CreateDirectory(Desktop);
        var key = new KeyDirectory(Path.Combine(Laptop, Keys)).Create(Key);
        File.Copy(key, Path.Combine(Desktop, Key + KeyDirectory.Extension));
        using var disk = File.Create(Path.Combine(Laptop, Disk));
        disk.SetLength(DiskBytes);
    }

    /// <summary>The laptop's directory.</summary>
    public string Laptop => Path.Combine(_directory, "laptop");

    /// <summary>The desktop's directory.</summary>
    public string Desktop => Path.Combine(_directory, "desktop");

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
