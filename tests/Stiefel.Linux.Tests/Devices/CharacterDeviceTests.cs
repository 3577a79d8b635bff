using Stiefel.Linux.Devices;
using Xunit;

namespace Stiefel.Linux.Tests.Devices;

public sealed class CharacterDeviceTests
{
    [Theory] // Values of glibc's makedev (python3 -c 'import os; print(os.makedev(…))').
    [InlineData(1, 11, 267)]
    [InlineData(43, 0, 11008)]
    [InlineData(0x12345, 0x6789a, 316661085455770)]
    public void DeviceNumberOf_MajorAndMinor_IsThatOfMakedev(uint major, uint minor, ulong expected) =>
        Assert.Equal(expected, CharacterDevice.DeviceNumberOf(major, minor));

    [Fact]
    public void Open_Zero_GivesZeroesAndLeavesNoNode()
    {
        var directory = Directory.CreateTempSubdirectory("stiefel-node-");
        using (var zero = CharacterDevice.Open(directory.FullName, 1, 5))
        {
            var buffer = new byte[] { 1, 2, 3 };
            using var stream = new FileStream(zero, FileAccess.Read, bufferSize: 0);
            Assert.Equal(3, stream.Read(buffer));
            Assert.Equal([0, 0, 0], buffer);
        }

        Assert.Empty(directory.EnumerateFileSystemInfos());
        directory.Delete();
    }
}
