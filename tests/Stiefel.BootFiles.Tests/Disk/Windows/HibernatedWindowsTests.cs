using Stiefel.BootFiles.Disk.Windows;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk.Windows;

/// <summary>Volumes made by mkntfs, with files copied by ntfscp.</summary>
public sealed class HibernatedWindowsTests : IDisposable
{
    private const int Size = 8 << 20;

    // Reading a directory allocates one block after the other, each of at most 64 KiB.
    private const long MostAllocated = 64 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("hiberfil.sys", "hibr", true)]
    [InlineData("HIBERFIL.SYS", "HIBR", true)]
    [InlineData("hiberfil.sys", "RSTR", false)]
    [InlineData("hiberfil.sys", "\0\0\0\0", false)]
    [InlineData("hiberfil.sys", "hi", false)]
    [InlineData("hiberfil.sya", "hibr", false)]
    [InlineData("pagefile.sys", "hibr", false)]
    public void IsIn_FileWithAMark_IsWhetherWindowsHibernated(string name, string mark, bool expected)
    {
        var image = MakeVolume();
        Copy(image, name, mark, 1 << 20);
        Assert.Equal(expected, HibernatedWindows.IsIn(image));
    }

    /// <summary>A small file lies in the table itself.</summary>
    [Fact]
    public void IsIn_FileWithinItsRecord_IsRead()
    {
        var image = MakeVolume();
        Copy(image, "hiberfil.sys", "hibr", 16);
        Assert.True(HibernatedWindows.IsIn(image));
    }

    [Theory]
    [InlineData("512", "4096")]
    [InlineData("4096", "65536")]
    public void IsIn_OtherSectorsAndClusters_AreUnderstood(string sector, string cluster)
    {
        var image = MakeVolume("-s", sector, "-c", cluster);
        Assert.False(HibernatedWindows.IsIn(image));
        Copy(image, "hiberfil.sys", "hibr", 1 << 20);
        Assert.True(HibernatedWindows.IsIn(image));
    }

    /// <summary>A directory with many files is listed outside of its record.</summary>
    [Fact]
    public void IsIn_DirectoryOfManyFiles_FindsItAmongThem()
    {
        var image = MakeVolume();
        for (var number = 0; number < 40; number++)
        {
            Copy(image, $"a file with a long name that needs some room, number {number}", "x", 1);
        }

        Copy(image, "hiberfil.sys", "hibr", 1 << 20);
        Assert.True(HibernatedWindows.IsIn(image));
    }

    [Fact]
    public void IsIn_NoNtfs_IsNot()
    {
        var image = _directory.File("image");
        File.WriteAllBytes(image, new byte[Size]);
        Assert.False(HibernatedWindows.IsIn(image));
        File.WriteAllBytes(image, []);
        Assert.False(HibernatedWindows.IsIn(image));
        Assert.False(HibernatedWindows.IsIn("/nowhere"));
    }

    [Fact]
    public void Find_Partition_IsNamedWithTheWayOut()
    {
        var image = MakeVolume();
        Copy(image, "hiberfil.sys", "hibr", 1 << 20);
        var warning = Assert.Single(HibernatedWindows.Find([new ProbedDevice { Path = image, Type = "ntfs" }, new ProbedDevice { Path = image, Type = "ext4" }]));
        Assert.StartsWith($"{image} holds a hibernated Windows", warning, StringComparison.Ordinal);
        Assert.Contains("choose Restart instead of Shut down", warning, StringComparison.Ordinal);
    }

    /// <summary>Damages the boot sector and the records of the table, the top directory and the file, each in its place.</summary>
    [Fact]
    public void Volume_Damaged_IsHandled()
    {
        var image = MakeVolume();
        Copy(image, "hiberfil.sys", "hibr", 1 << 20);
        var table = (int)BitConverter.ToInt64(File.ReadAllBytes(image), 48) * 4096;
        (int Start, int Length)[] places = [(0, 512), (table, 1024), (table + (5 * 1024), 1024), (table + (64 * 1024), 1024)];
        var whole = File.ReadAllBytes(image);
        byte[] seed = [.. places.SelectMany(place => whole[place.Start..(place.Start + place.Length)])];
        using var file = File.OpenHandle(image, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        HostileInput.Feed([seed], 2_000, MostAllocated, input =>
        {
            var at = 0;
            foreach ((var start, var length) in places)
            {
                RandomAccess.Write(file, input.AsSpan(Math.Min(at, input.Length), Math.Min(length, Math.Max(0, input.Length - at))), start);
                at += length;
            }

            HibernatedWindows.IsIn(image);
        });
        foreach ((var start, var length) in places)
        {
            RandomAccess.Write(file, whole.AsSpan(start, length), start);
        }

        Assert.True(HibernatedWindows.IsIn(image));
    }

    [Fact]
    public void Index_Damaged_IsHandled()
    {
        var image = MakeVolume();
        Copy(image, "hiberfil.sys", "hibr", 1 << 20);
        var whole = File.ReadAllBytes(image);
        var block = whole.AsSpan().IndexOf("INDX"u8);
        Assert.NotNull(NtfsIndex.FindInBlock(whole[block..(block + 4096)], "hiberfil.sys"));
        HostileInput.Feed([whole[block..(block + 4096)]], 2_000, MostAllocated, input =>
        {
            if (input.Length >= 512)
            {
                try
                {
                    NtfsIndex.FindInBlock(input, "hiberfil.sys");
                }
                catch (InvalidDataException)
                {
                    // This is the expected answer to damage.
                }
            }
        });
    }

    private string MakeVolume(params string[] options)
    {
        var image = _directory.File("image");
        using (var file = File.Create(image))
        {
            file.SetLength(Size);
        }

        ExternalProgram.Run("mkntfs", ["-F", "-Q", "-q", "-p", "2048", "-H", "16", "-S", "63", .. options, image]);
        return image;
    }

    private void Copy(string image, string name, string mark, int length)
    {
        var source = _directory.File("source");
        using (var file = File.Create(source))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(mark));
            if (file.Length > 2)
            {
                file.SetLength(length);
            }
        }

        ExternalProgram.Run("ntfscp", ["-q", image, source, name]);
    }
}
