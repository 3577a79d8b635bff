using System.Globalization;
using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Tests.Mounts;

/// <summary>Makes an image file a block device of this machine, until disposal.</summary>
internal sealed class LoopDevice : IDisposable
{
    private readonly List<int> _partitions = [];

    public LoopDevice(string image) => Path = ExternalProgram.Run("losetup", ["--find", "--show", image]).Text.Trim();

    public string Path { get; }

    /// <summary>Makes the kernel see a part of the device as a partition, even if it cannot read the partition table; returns the partition's path.</summary>
    public string AddPartition(int number, long startBytes, long sizeBytes)
    {
        ExternalProgram.Run("addpart", [Path, Text(number), Text(startBytes / 512), Text(sizeBytes / 512)]);
        _partitions.Add(number);
        return $"{Path}p{number}";
    }

    public void Dispose()
    {
        foreach (var number in _partitions)
        {
            RemovePartition(number);
        }

        ExternalProgram.Run("losetup", ["--detach", Path]);
    }

    // The device is busy for a moment if another test is just starting a process, which holds copies of our descriptors until its exec.
    private void RemovePartition(int number)
    {
        for (var tries = 100; ; tries--)
        {
            try
            {
                ExternalProgram.Run("delpart", [Path, Text(number)]);
                return;
            }
            catch (ExternalProgramException) when (tries > 0)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
