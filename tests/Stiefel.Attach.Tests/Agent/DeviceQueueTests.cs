using Stiefel.Attach.Agent;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class DeviceQueueTests : IDisposable
{
    private static readonly NbdExportInfo s_export = new(1 << 30, TransmissionFlags.HasFlags, 1, 4096, 1 << 25);

    private readonly string _device = Directory.CreateTempSubdirectory("queue").FullName;
    private readonly List<string> _said = [];

    public DeviceQueueTests()
    {
        Directory.CreateDirectory($"{_device}/queue");
        File.WriteAllText($"{_device}/stat", "0 0 0 0 0 0 0 0 0");
        File.WriteAllText(SizeFile, "");
    }

    private string SizeFile => $"{_device}/queue/max_sectors_kb";

    public void Dispose() => Directory.Delete(_device, recursive: true);

    [Fact]
    public void Look_MoreCameThrough_SetsLargerRequests()
    {
        using var queue = Open() ?? throw new InvalidOperationException();
        queue.Begin();
        Assert.Equal("32", File.ReadAllText(SizeFile));

        File.WriteAllText(SizeFile, "");
        for (var requests = 1000L; requests <= 2000; requests += 1000)
        {
            File.WriteAllText($"{_device}/stat", $"{requests} 0 {requests << 21} 0 0 0 0 0 5");
            queue.Look();
        }

        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(SizeFile) == "512", TimeLimit.Seconds(10)), $"it is {File.ReadAllText(SizeFile)}");
    }

    [Fact]
    public void Look_NothingHappens_LooksLessOften()
    {
        using var queue = Open() ?? throw new InvalidOperationException();
        var busy = queue.Interval;
        queue.Look();
        Assert.True(queue.Interval > busy);
        Assert.Empty(_said);
    }

    [Fact]
    public void TryOpen_KernelThatDoesNotShowIt_IsNothing()
    {
        File.Delete(SizeFile);
        Assert.Null(Open());
    }

    private DeviceQueue? Open() => DeviceQueue.TryOpen(_device, s_export, TimeSpan.FromSeconds(5), _said.Add);
}
