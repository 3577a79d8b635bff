using System.Security.Cryptography;
using Stiefel.Linux.Tests;
using Stiefel.Protocol.Keys;
using Stiefel.Server.State;

namespace Stiefel.Server.Tests.Hosting;

/// <summary>A laptop's files: keys, boot files, a disk, and a directory for state.</summary>
internal sealed class ServerFiles : IDisposable
{
    public const int KernelSize = 300_001;
    public const int InitrdSize = 1_000_003;
    public const int DiskSize = 4 << 20;

    private readonly TemporaryDirectory _directory = new();

    public ServerFiles()
    {
        Key = AddKey("stick");
        Kernel = RandomFile("kernel", KernelSize);
        Initrd = RandomFile("initrd", InitrdSize);
        Disk = Path("disk.img");
        using var disk = File.Create(Disk);
        disk.SetLength(DiskSize);
    }

    public SharedKey Key { get; }

    public string Kernel { get; }

    public string Initrd { get; }

    public string Disk { get; }

    public string State => Path("state");

    /// <summary>The size of <see cref="Disk"/>.</summary>
    public string GrantFile => StateDirectory.OfDisk(State, Disk, "grant", ".json");

    public string Keys => Path("keys");

    public string Path(string name) => System.IO.Path.Combine(_directory.Path, name);

    public SharedKey AddKey(string name)
    {
        Directory.CreateDirectory(Keys);
        var secret = RandomNumberGenerator.GetBytes(SharedKey.Size);
        var file = System.IO.Path.Combine(Keys, name + ".key");
        File.WriteAllBytes(file, secret);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return SharedKey.FromBytes(secret, name);
    }

    public string RandomFile(string name, int size)
    {
        File.WriteAllBytes(Path(name), RandomNumberGenerator.GetBytes(size));
        return Path(name);
    }

    public byte[] ReadDisk(long offset, int length)
    {
        using var disk = File.OpenHandle(Disk, share: FileShare.ReadWrite);
        var bytes = new byte[length];
        RandomAccess.Read(disk, bytes, offset);
        return bytes;
    }

    public void Dispose()
    {
        Key.Dispose();
        _directory.Dispose();
    }
}
