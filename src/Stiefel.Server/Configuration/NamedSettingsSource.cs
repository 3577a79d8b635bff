namespace Stiefel.Server.Configuration;

/// <summary>Settings from one place that a person can name, so that an error can say where a wrong value stands.</summary>
/// <param name="name">`command line`, `environment`, `/proc/cmdline`.</param>
/// <param name="settings">`Section:Key` to value.</param>
public sealed class NamedSettingsSource(string name, IReadOnlyDictionary<string, string?> settings) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(name, settings);

    private sealed class Provider : ConfigurationProvider
    {
        private readonly string _name;

        public Provider(string name, IReadOnlyDictionary<string, string?> settings)
        {
            _name = name;
            Data = new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase);
        }

        public override string ToString() => _name;
    }
}
