using System.Buffers.Binary;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Tests;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>A copy of a boot loader's files from Fixtures/, to which a test adds kernels and initrds.</summary>
internal sealed class BootFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <param name="name">A directory of Fixtures/; empty for a fixture without files.</param>
    public BootFixture(string? name = null)
    {
        var source = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", name ?? "none");
        foreach (var file in name is null ? [] : Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            Write(System.IO.Path.GetRelativePath(source, file), File.ReadAllBytes(file));
        }
    }

    public string Path => _directory.Path;

    /// <summary>Adds the smallest file that every reader accepts as a bzImage of the given release.</summary>
    public BootFixture Kernel(string path, string release = "6.1.0-18-amd64") => Write(path, KernelBytes(release));

    /// <summary>Adds a file whose content is its own path.</summary>
    public BootFixture Initrd(params string[] paths)
    {
        Array.ForEach(paths, path => Write(path, Encoding.UTF8.GetBytes(path)));
        return this;
    }

    public BootFixture Text(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    public BootFixture Write(string path, byte[] content)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return this;
    }

    public BootFixture Link(string path, string target)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
        return this;
    }

    /// <summary>Finds the entry that would be booted.</summary>
    public BootSpec Find(string directory = "", string? fileSystemRoot = null) => FindMenu(directory, fileSystemRoot).Default;

    public BootMenu FindMenu(string directory = "", string? fileSystemRoot = null)
        => BootCatalog.Find(System.IO.Path.Combine(Path, directory), new BootCatalogOptions
        {
            FileSystemRoot = fileSystemRoot is null ? null : System.IO.Path.Combine(Path, fileSystemRoot),
        });

    /// <summary>The path of a region relative to the fixture.</summary>
    public string Relative(FileRegion region) => System.IO.Path.GetRelativePath(Path, region.Path);

    public IEnumerable<string> Relative(IEnumerable<FileRegion> regions) => regions.Select(Relative);

    /// <summary>Asserts that the result is either a clear refusal, or regions that lie within their files.</summary>
    public void AssertInside()
    {
        try
        {
            var spec = Find();
            Assert.All(spec.Initrds.Append(spec.Kernel), region =>
            {
                Assert.StartsWith(Path + "/", region.Path, StringComparison.Ordinal);
                Assert.True(region.Offset >= 0 && region.Length > 0 && region.Offset + region.Length <= new FileInfo(region.Path).Length);
            });
        }
        catch (BootCatalogException error)
        {
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    public void Dispose() => _directory.Dispose();

    public static byte[] KernelBytes(string release)
    {
        var image = new byte[0x1000];
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x20e), 0x600);
        Encoding.ASCII.GetBytes($"{release} (builder@example) #1 SMP\0").CopyTo(image.AsSpan(0x800));
        return image;
    }
}
