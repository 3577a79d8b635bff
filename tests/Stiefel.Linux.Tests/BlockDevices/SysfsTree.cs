using Stiefel.Linux.BlockDevices;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>A /sys made of files and links, laid out as by the kernel.</summary>
internal sealed class SysfsTree : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public string RootPath => _root.Path;

    public BlockSysfs Sysfs => new(_root.Path);

    public SysfsTree AddDisk(string name, string number)
    {
        Add($"devices/pci/{name}", name, number);
        return this;
    }

    public SysfsTree AddPartition(string disk, string name, string number, long startSectors = 2048)
    {
        var directory = $"devices/pci/{disk}/{name}";
        Add(directory, name, number);
        _root.Write($"{directory}/partition", "1\n");
        _root.Write($"{directory}/start", $"{startSectors}\n");
        return this;
    }

    public SysfsTree AddMapped(string name, string number, string mapped, params string[] slaves)
    {
        Add($"devices/virtual/{name}", name, number);
        _root.Write($"devices/virtual/{name}/dm/name", mapped + "\n");
        foreach (var slave in slaves)
        {
            var holders = Path.Combine(new DirectoryInfo(_root.File($"class/block/{slave}")).ResolveLinkTarget(true)!.FullName, "holders");
            Directory.CreateSymbolicLink(Path.Combine(holders, name), _root.File($"devices/virtual/{name}"));
        }

        return this;
    }

    public SysfsTree AddSlave(string name, string slave)
    {
        var slaves = Path.Combine(new DirectoryInfo(_root.File($"class/block/{name}")).ResolveLinkTarget(true)!.FullName, "slaves");
        Directory.CreateDirectory(slaves);
        Directory.CreateSymbolicLink(Path.Combine(slaves, slave), _root.File($"class/block/{slave}"));
        return this;
    }

    public SysfsTree Write(string path, string text)
    {
        _root.Write(path, text);
        return this;
    }

    public void Dispose() => _root.Dispose();

    private void Add(string directory, string name, string number)
    {
        _root.Write($"{directory}/dev", number + "\n");
        Directory.CreateDirectory(_root.File($"{directory}/holders"));
        Directory.CreateDirectory(_root.File("class/block"));
        Directory.CreateDirectory(_root.File("dev/block"));
        Directory.CreateSymbolicLink(_root.File($"class/block/{name}"), _root.File(directory));
        Directory.CreateSymbolicLink(_root.File($"dev/block/{number}"), _root.File(directory));
    }
}
